/** The balanced table of occupied land: rows already rounded so that they add up exactly; sums here only add. */

import type { LandUseRow } from '@/api/types'

/** Hectares in whole units of 0.0001, so that nothing drifts. */
export const units = (hectares: number | string): number => Math.round(Number(hectares) * 10_000)

export const sum = (rows: LandUseRow[]): number => rows.reduce((total, row) => total + units(row.area_ha), 0) / 10_000

export interface UnitRows { unit: string; ownership: string; rows: LandUseRow[]; area_ha: number }

/** Rows by owner and ownership, in the order they come. */
export function byOwner(rows: LandUseRow[]): UnitRows[] {
  const groups = new Map<string, LandUseRow[]>()
  for (const row of rows) {
    const key = `${row.owner_unit}\u0000${row.ownership}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map((own) => ({ unit: own[0]!.owner_unit, ownership: own[0]!.ownership, rows: own, area_ha: sum(own) }))
}

export function byThreeClass(rows: LandUseRow[]): { name: string; area_ha: number }[] {
  const names = [...new Set(rows.map((row) => row.three_class))]
  return names.map((name) => ({ name, area_ha: sum(rows.filter((row) => row.three_class === name)) }))
}
