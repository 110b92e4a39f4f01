import { describe, expect, it } from 'vitest'
import type { LayerInfo, LayerStyle } from '@/api/types'
import { paintOf, placeInLegend, resolutionOf, styleFunction } from '@/map/style'

const style: LayerStyle = {
  type: 'fill', field: 'GHDLBM', prefix: 2, order: 12, default: { fill: '#eeeeee' },
  rules: [{ values: ['07'], fill: '#f2958c' }, { values: ['10', '11'], fill: '#c9967a' }],
}
const layer = (more: Partial<LayerInfo> = {}): LayerInfo => ({
  dataset: 'gh.ghyt', title: '规划用地', title_en: 'Planned', geometry: 'Polygon', features: 9, extent: null, secrecy: '公开', owner: '', data_date: null,
  version: '1.1', tile_key: 'k', style, legend: [], visible: true, min_zoom: 5, label_zoom: 13, label_field: 'GHDLBM', ...more,
})
const feature = (properties: Record<string, unknown>) => ({ get: (name: string) => properties[name] }) as never

describe('paint', () => {
  it('follows the first characters of a class where the style says so', () => {
    const paint = paintOf(style)
    expect(paint('0701').fill).toBe('#f2958c')
    expect(paint('1101').fill).toBe('#c9967a')
    expect(paint('99').fill).toBe('#eeeeee')
    expect(paint(null).fill).toBe('#eeeeee')
  })
  it('follows the whole class otherwise', () => {
    const paint = paintOf({ ...style, prefix: null })
    expect(paint('07').fill).toBe('#f2958c')
    expect(paint('0701').fill).toBe('#eeeeee')
  })
  it('knows its place in the legend', () => {
    const paint = paintOf(style)
    expect(placeInLegend(style, paint('1001'))).toBe(1)
    expect(placeInLegend(style, paint('99'))).toBe(-1)
  })
})

describe('features of a tile', () => {
  it('tell the legend what has been met', () => {
    const met: number[] = []
    const draw = styleFunction(layer(), (place) => met.push(place))
    draw(feature({ layer: 'gh.ghyt', GHDLBM: '0701' }), 1)
    draw(feature({ layer: 'gh.ghyt', GHDLBM: '0702' }), 1)
    expect(met).toEqual([0])
  })
  it('are labelled from their own points, once the map is close enough', () => {
    const draw = styleFunction(layer())
    const point = feature({ layer: 'gh.ghyt.label', label: '0701' })
    expect(draw(point, resolutionOf(12.9))).toEqual([])
    const drawn = draw(point, resolutionOf(13)) as { getText: () => { getText: () => string } }
    expect(drawn.getText().getText()).toBe('0701')
  })
  it('lose their outlines on an overview of a dense coverage', () => {
    const draw = styleFunction(layer({ style: { ...style, default: { fill: '#eeeeee', stroke: '#000000' } } }))
    const shape = feature({ layer: 'gh.ghyt', GHDLBM: '99' })
    const strokeAt = (zoom: number) => (draw(shape, resolutionOf(zoom)) as { getStroke: () => unknown }).getStroke()
    expect(strokeAt(10)).toBeNull()
    expect(strokeAt(14)).not.toBeNull()
  })
})
