/** How what lies over the layers is drawn: boundary, conflicts, selection, a place. Mirrors `marks` of the printed maps. */

import CircleStyle from 'ol/style/Circle'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style from 'ol/style/Style'
import Text from 'ol/style/Text'
import { FONT, hatch } from './style'

export type Mark = 'boundary' | 'conflict' | 'noted' | 'selected' | 'place'

const line = (color: string, width: number, dash?: number[]): Stroke => new Stroke({ color, width, lineDash: dash })
const hatched = (colour: string, otherwise: string): Fill => new Fill({ color: hatch(colour, 7, 1) ?? otherwise })
const point = (fill: string, stroke: string, radius = 8): CircleStyle =>
  new CircleStyle({ radius, declutterMode: 'none', stroke: line(stroke, 3), fill: new Fill({ color: fill }) })

const make: Record<Mark, () => Style[]> = {
  boundary: () => [new Style({ stroke: line('#ffffffe0', 7), zIndex: 4 }), new Style({ stroke: line('#c00018', 3), zIndex: 5 })],
  conflict: () => [new Style({ stroke: line('#b00016', 1.5), fill: hatched('#d0001c99', '#d0001c33'), image: point('#ffffff', '#b00016', 6), zIndex: 2 })],
  noted: () => [new Style({ stroke: line('#8a5a00', 1.5, [6, 4]), fill: hatched('#9a650080', '#f5a62333'), image: point('#ffffff', '#8a5a00', 6), zIndex: 1 })],
  selected: () => [
    new Style({ stroke: line('#ffffffe0', 6), zIndex: 6 }),
    new Style({ stroke: line('#0b5cd5', 3), fill: new Fill({ color: '#0b5cd533' }), image: point('#ffffff', '#0b5cd5'), zIndex: 7 }),
  ],
  place: () => [new Style({ image: new CircleStyle({ radius: 7, declutterMode: 'none', stroke: line('#ffffff', 2), fill: new Fill({ color: '#c00018' }) }), zIndex: 8 })],
}

const made: Partial<Record<Mark, Style[]>> = {}
export const markStyle = (kind: Mark): Style[] => (made[kind] ??= make[kind]())

/** A boundary point with its label. */
export const cornerStyle = (words: string): Style =>
  new Style({
    zIndex: 9,
    image: new CircleStyle({ radius: 3, declutterMode: 'none', fill: new Fill({ color: '#c00018' }) }),
    text: new Text({ text: words, font: `11px ${FONT}`, offsetY: -10, fill: new Fill({ color: '#8f0012' }), stroke: line('#ffffff', 3) }),
  })
