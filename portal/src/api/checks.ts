/** Checks as the node answers them; field by field as `docs/references/http.md` lists them. */

import { address, nameOf, reach } from './client'
import type { Geometry } from './geojson'
import type { Box, Problem } from './types'
import { visitor } from './uploads'

export type Severity = 'A' | 'B' | 'C' | 'D'
export interface Count { rule: string; name: string; severity: Severity; count: number; hard: boolean; excepted?: number }
export interface Question { about: 'crs' | 'schema'; code: string; detail: string; hint: string; choices: { value: string; label: string }[] }
export interface Match { source: string; field: string | null; reason: string; score: number }

export interface CheckedLayer {
  name: string
  geometry: string
  features: number
  columns: string[]
  schema: string | null
  schemas: { id: string; dataset: string; title: string; score: number }[]
  crs: { epsg: number | null; label: string; evidence: string; how: string }
  encoding: { codec: string; evidence: string; candidates: { encoding: string; label: string; score: number | null; samples: string[] }[] }
  mapping: Match[]
  missing: string[]
  extent: Box | null
  question: Question | null
  report: {
    passed: boolean
    features: number
    summary: string
    counts: Count[]
    notes: string[]
    score: { points: number; grade: string; categories: Record<string, number> } | null
  } | null
}

export interface Asked {
  layer?: string | null
  schema?: string | null
  crs?: number | null
  encoding?: string | null
  mapping?: Record<string, string | null> | null
}

export interface CheckState {
  id: string
  file: string
  status: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'
  created: string
  expires: string
  progress: { stage: string; done: number; total: number | null } | null
  error: Problem | null
  asked: { layer: string | null; schema: string | null; crs_epsg: number | null; encoding: string | null; mapping: Record<string, string | null> | null }
  own: boolean
  upload: string | null
  share: { secrecy: string; expires: string } | null
  result?: { file: string; format: string; passed: boolean; asks: boolean; findings: number; kept: number; layers: CheckedLayer[] } | null
}

export interface Finding {
  number: number
  rule: string
  severity: Severity
  detail: string
  remedy: string
  measure?: number
  unit?: string
  place: { layer?: string; row?: number; field?: string; key?: string; coordinate?: [number, number] }
  geometry?: Geometry | null
}

export interface SchemaChoice { id: string; dataset: string; title: string; edition: string; geometry: string; fields: { code: string; name: string; constraint: string }[] }
export interface CheckOptions { schemas: SchemaChoice[]; encodings: string[]; visitors: boolean; largest_mb: number }
export interface Sample { features: { geometry: Geometry; properties: { row: number; key: string } }[]; total: number }

const ask = async <R>(method: string, path: string, body?: object): Promise<R> => {
  const answer = await reach(method, path, body, undefined, visitor())
  return answer.status === 204 ? (undefined as R) : ((await answer.json()) as R)
}

/** Degrees shown round a finding. */
const NEAR = 0.001

export interface Wanted { rule?: string; severity?: string; layer?: string; start?: number; limit?: number }

export const checks = {
  options: () => ask<CheckOptions>('GET', '/api/check-options'),
  begin: (upload: string, asked: Asked = {}) => ask<CheckState>('POST', '/api/checks', { upload, ...asked }),
  mine: () => ask<CheckState[]>('GET', '/api/checks'),
  get: (id: string, share: string) => ask<CheckState>('GET', address(`/api/checks/${id}`, { share })),
  remove: (id: string) => ask<void>('DELETE', `/api/checks/${id}`),
  findings: (id: string, wanted: Wanted, share: string) =>
    ask<{ total: number; start: number; items: Finding[] }>('GET', address(`/api/checks/${id}/findings`, { ...wanted, share })),
  sample: (id: string, layer: string, share: string) => ask<Sample>('GET', address(`/api/checks/${id}/sample`, { layer, share })),
  near: (id: string, layer: string, [west, south, east, north]: Box, share: string) =>
    ask<Sample>('GET', address(`/api/checks/${id}/features`, { layer, bbox: [west - NEAR, south - NEAR, east + NEAR, north + NEAR].join(','), share })),
  share: (id: string, secrecy: string, hours: number) => ask<{ path: string; secrecy: string; expires: string }>('POST', `/api/checks/${id}/share`, { secrecy, hours }),
  unshare: (id: string) => ask<void>('DELETE', `/api/checks/${id}/share`),
  file: async (id: string, name: string, lang: string, share: string) => {
    const answer = await reach('GET', address(`/api/checks/${id}/${name}`, { lang, share }), undefined, undefined, visitor())
    return new File([await answer.blob()], nameOf(answer.headers.get('Content-Disposition'), name))
  },
}
