/** One declared paint, drawn by OpenLayers: fill, outline, hatch, circle; labels once the map is close enough. */

import type { FeatureLike } from 'ol/Feature'
import CircleStyle from 'ol/style/Circle'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style, { type StyleFunction } from 'ol/style/Style'
import Text from 'ol/style/Text'
import type { LayerInfo, Paint } from '@/api/types'

const FONT = "12px 'Noto Sans SC', sans-serif"
const LABELS_FROM = 6
const HATCH_STEP = 8

function hatch(colour: string): CanvasPattern | null {
  const tile = document.createElement('canvas')
  tile.width = tile.height = HATCH_STEP
  const pen = tile.getContext('2d')
  if (!pen) return null
  pen.strokeStyle = colour
  pen.lineWidth = 1.2
  for (const shift of [-HATCH_STEP, 0, HATCH_STEP]) {
    pen.moveTo(shift, HATCH_STEP)
    pen.lineTo(shift + HATCH_STEP, 0)
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

export function styleOf(paint: Paint, type: LayerInfo['style']['type']): Style {
  const fill = fillOf(paint)
  const stroke = strokeOf(paint)
  if (type === 'circle') return new Style({ image: new CircleStyle({ radius: paint.radius ?? 5, fill, stroke }) })
  return new Style(type === 'line' ? { stroke } : { fill, stroke })
}

export function styleFunction(layer: LayerInfo): StyleFunction {
  const { style, label_field: label } = layer
  const byValue = new Map(style.rules.flatMap((rule) => rule.values.map((value) => [value, styleOf(rule, style.type)] as const)))
  const fallback = styleOf(style.default, style.type)
  const text = label ? labelStyle() : null
  return (feature: FeatureLike, resolution: number) => {
    const chosen = (style.field ? byValue.get(String(feature.get(style.field))) : undefined) ?? fallback
    const words = label ? feature.get(label) : null
    if (!text || !words || resolution > LABELS_FROM) return chosen
    text.getText()?.setText(String(words))
    return [chosen, text]
  }
}

const labelStyle = (): Style =>
  new Style({
    text: new Text({ font: FONT, overflow: false, fill: new Fill({ color: '#1d2733' }), stroke: new Stroke({ color: '#fffffff0', width: 3 }) }),
  })
