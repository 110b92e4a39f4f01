import { describe, expect, it } from 'vitest'
import { boxOf } from '@/api/geojson'
import type { LandUseRow } from '@/api/types'
import { byOwner, byThreeClass, sum } from '@/landuse'

const row = (owner_unit: string, three_class: string, area_ha: number): LandUseRow => ({ owner_unit, ownership: '集体', class: '0101', name: '水田', three_class, area_ha })
const rows = [row('甲村', '农用地', 0.1), row('甲村', '农用地', 0.2), row('乙村', '建设用地', 0.0003)]

describe('the balanced table', () => {
  it('adds without drifting', () => {
    expect(sum(rows)).toBe(0.3003)
    expect(sum(Array.from({ length: 10_000 }, () => row('甲村', '农用地', 0.0001)))).toBe(1)
  })
  it('groups by owner and by category, and both add up', () => {
    expect(byOwner(rows).map((own) => [own.unit, own.area_ha])).toEqual([['甲村', 0.3], ['乙村', 0.0003]])
    expect(byThreeClass(rows)).toEqual([{ name: '农用地', area_ha: 0.3 }, { name: '建设用地', area_ha: 0.0003 }])
  })
})

describe('the box round a geometry', () => {
  it('holds points, lines and parts', () => {
    expect(boxOf({ type: 'Point', coordinates: [118, 30] })).toEqual([118, 30, 118, 30])
    expect(boxOf({ type: 'MultiPolygon', coordinates: [[[[1, 2], [3, 4], [0, 5], [1, 2]]], [[[9, 9], [10, 9], [9, 10], [9, 9]]]] })).toEqual([0, 2, 10, 10])
  })
})
