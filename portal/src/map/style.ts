/** One declared paint, drawn by OpenLayers: fill, outline, hatch, circle; labels once the map is close enough. */

import type { FeatureLike } from 'ol/Feature'
import CircleStyle from 'ol/style/Circle'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style, { type StyleFunction } from 'ol/style/Style'
import Text from 'ol/style/Text'
import type { LayerInfo, LayerStyle, Paint } from '@/api/types'

/** Metres a pixel spans at the equator at zoom 0. */
const WIDEST = 156_543.033_928
const HATCH_STEP = 8
export const FONT = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Noto Sans SC', sans-serif"

export const resolutionOf = (zoom: number): number => WIDEST / 2 ** zoom

/** The paint of a class: by the whole value, or by its first `prefix` characters. */
export function paintOf(style: LayerStyle): (value: unknown) => Paint {
  const byValue = new Map(style.rules.flatMap((rule) => rule.values.map((value) => [value, rule] as const)))
  return (value) => {
    const text = String(value ?? '')
    return byValue.get(style.prefix ? text.slice(0, style.prefix) : text) ?? style.default
  }
}

/** Where a paint stands in the layer's legend; −1 for the default paint of a classed layer. */
export const placeInLegend = (style: LayerStyle, paint: Paint): number => style.rules.findIndex((rule) => rule === paint)

export function hatch(colour: string, step = HATCH_STEP, width = 1.2): CanvasPattern | null {
  const tile = document.createElement('canvas')
  tile.width = tile.height = step
  const pen = tile.getContext('2d')
  if (!pen) return null
  pen.strokeStyle = colour
  pen.lineWidth = width
  for (const shift of [-step, 0, step]) {
    pen.moveTo(shift, step)
    pen.lineTo(shift + step, 0)
  }
  pen.stroke()
  return pen.createPattern(tile, 'repeat')
}

function fillOf(paint: Paint): Fill | undefined {
  if (paint.hatch) {
    const pattern = hatch(paint.stroke ?? paint.fill ?? '#555')
    return pattern ? new Fill({ color: pattern }) : undefined
  }
  return paint.fill ? new Fill({ color: paint.fill }) : undefined
}

const strokeOf = (paint: Paint): Stroke | undefined =>
  paint.stroke ? new Stroke({ color: paint.stroke, width: paint.width ?? 1, lineDash: paint.dash ?? undefined }) : undefined

export function styleOf(paint: Paint, type: LayerStyle['type']): Style {
  const fill = fillOf(paint)
  const stroke = strokeOf(paint)
  if (type === 'circle') return new Style({ image: new CircleStyle({ radius: paint.radius ?? 5, fill, stroke }) })
  return new Style(type === 'line' ? { stroke } : { fill, stroke })
}

/** Overviews of dense coverages leave out outlines and hatches: they would hide the colours. */
const bare = (paint: Paint): Style => new Style({ fill: paint.fill ? new Fill({ color: paint.fill }) : undefined })

export function styleFunction(layer: LayerInfo, met: (place: number) => void = () => undefined): StyleFunction {
  const { style, label_field: label } = layer
  const paint = paintOf(style)
  const drawn = new Map<Paint, { near: Style; far: Style }>()
  const dense = style.type === 'fill' && layer.label_zoom > layer.min_zoom
  const outlined = resolutionOf(layer.label_zoom - 1.5)
  const labelled = resolutionOf(layer.label_zoom)
  const text = label ? labelStyle(style.type === 'circle' ? -13 : 0) : null
  return (feature: FeatureLike, resolution: number) => {
    if (feature.get('layer') === `${layer.dataset}.label`) {
      if (!text || resolution > labelled) return []
      text.getText()?.setText(String(feature.get('label')))
      return text
    }
    const chosen = paint(style.field ? feature.get(style.field) : null)
    let known = drawn.get(chosen)
    if (!known) {
      const near = styleOf(chosen, style.type)
      met(placeInLegend(style, chosen))
      drawn.set(chosen, (known = { near, far: dense ? bare(chosen) : near }))
    }
    return resolution > outlined ? known.far : known.near
  }
}

const labelStyle = (offsetY: number): Style =>
  new Style({
    text: new Text({
      font: `12px ${FONT}`,
      offsetY,
      overflow: false,
      fill: new Fill({ color: '#1d2733' }),
      stroke: new Stroke({ color: '#fffffff0', width: 3 }),
    }),
  })
