/** What the node answers; field by field as `docs/references/http.md` lists them. */

import type { Geometry, MultiPolygon, Polygon } from './geojson'

export type Operation = 'review' | 'ingest' | 'manage'
export type Verdict = 'pass' | 'attention' | 'fail' | 'unknown'
export type Box = [west: number, south: number, east: number, north: number]

export interface SessionState {
  signed_in: boolean
  csrf: string | null
  account: { id: string; name: string; organisation: string; roles: string[]; clearance: string }
  may: Operation[]
}

export interface NodeInfo {
  id: string
  name: string
  name_en: string
  division: string
  level: string
  version: string
  extent: Box | null
  approval_no: string
  footer: Record<string, string>
  demo_accounts: { id: string; password: string; name: string }[]
}

export interface Paint {
  fill?: string | null
  stroke?: string | null
  width?: number
  dash?: number[] | null
  hatch?: boolean
  opacity?: number
  radius?: number
}

export interface LayerStyle {
  type: 'fill' | 'line' | 'circle'
  field: string | null
  prefix: number | null
  rules: (Paint & { values: string[] })[]
  default: Paint
  order: number
}

export interface LegendEntry {
  label: string
  label_en: string
  paint: Paint
}

export interface LayerInfo {
  dataset: string
  title: string
  title_en: string
  geometry: 'Polygon' | 'Line' | 'Point' | 'None'
  features: number
  extent: Box | null
  secrecy: string
  owner: string
  data_date: string | null
  version: string
  tile_key: string
  style: LayerStyle
  legend: LegendEntry[]
  visible: boolean
  min_zoom: number
  label_zoom: number
  label_field: string | null
}

export interface Imagery {
  id: string
  title: string
  title_en: string
  date: string | null
  extent: Box
  tiles: string
  secrecy: string
  version: string
  resolution: Resolution | null
}

export interface Resolution { x: number; y: number; unit: string; metres: number }

/** A layer of a remote service, drawn through the node. */
export interface RemoteLayer { id: string; title: string; extent: Box | null; tiles: string }

export interface RemoteService {
  id: string
  title: string
  title_en: string
  kind: string
  alive: boolean | null
  secrecy: string
  owner: string
  layers: RemoteLayer[]
}

export interface LayerTree {
  groups: { id: string; title: string; title_en: string; layers: LayerInfo[] }[]
  imagery: Imagery[]
  services: RemoteService[]
}

export interface Edition {
  version: string
  label: string
  at: string
  author: string
  message: string
  data_date: string | null
  name: string
  format: string
  size: number
  original: string
  thumbnail: boolean
  pages: number
  facts: Record<string, unknown>
  warnings: { zh: string; en: string }[]
}

export interface Band { number: number; name: string; unit: string; min: number | null; max: number | null; mean: number | null; std: number | null; valid_percent: number }

export interface LinkedResource { relation?: string; target: string; title: string; title_en: string; kind?: string }

export interface ServiceState {
  kind: string
  version: string
  contact: string
  count: number
  harvested: string | null
  probed: string | null
  alive: boolean | null
  milliseconds: number | null
  problem: string
  layers: { name: string; title: string; abstract: string; crs: string[]; extent: Box | null; drawn: boolean }[]
}

export interface TextPages { unit: string; pages: { page: number; text: string }[]; total: number; next: number | null }

export interface IdentifiedRaster {
  dataset: string
  title: string
  title_en: string
  version: string
  data_date: string | null
  owner: string
  bands: { number: number; name: string; unit: string; value: number | null }[]
}

export interface Moment {
  date: string
  datasets: string[]
}

export interface Identified {
  point: { lon: number; lat: number; gk: { epsg: number; easting: number; northing: number; zone: number } }
  groups: IdentifiedGroup[]
  rasters: IdentifiedRaster[]
}

export interface IdentifiedGroup {
  dataset: string
  title: string
  version: string
  data_date: string | null
  owner: string
  features: {
    fid: string
    title: string
    attributes: { field: string; name: string; value: string | number | null; text: string }[]
    area_m2: number | null
    geometry: Geometry
  }[]
}

export interface Place {
  title: string
  kind: string
  dataset: string
  fid: string
  lon: number
  lat: number
  extent: Box
}

export interface SearchAnswer {
  coordinate: { lon: number; lat: number; evidence: string } | null
  places: Place[]
  features: Place[]
  resources: { id: string; title: string; kind: string }[]
}

export interface BoundaryParcel {
  number: string
  name: string
  use: string
  declared_ha: string | null
  area_plane_m2: number
  area_ellipsoid_m2: number
  geometry: Polygon | MultiPolygon
  points: { label: string; ring: number; x: number; y: number; lon: number; lat: number }[]
}

export interface Boundary {
  id: string
  name: string
  zone: { epsg: number; label: string }
  evidence: string
  warnings: string[]
  area_plane_m2: number
  area_ellipsoid_m2: number
  parcels: BoundaryParcel[]
  extent: Box
}

export interface ReviewOptions {
  kinds: { id: string; title: string; title_en: string }[]
  uses: { code: string; name: string; level: number; parent: string | null }[]
  profile: { id: string; edition: string }
}

export interface Hit {
  dataset: string
  feature: string
  version: string
  parcel: string
  title: string
  attributes: Record<string, string | number | null>
  area_m2: number
  area_ha: number
  counted: boolean
  note: string | null
  distance_m?: number
  geometry?: Geometry | null
}

export interface Basis {
  dataset: string
  stream: string
  title: string
  version: string | null
  data_date: string | null
  owner: string
  state: 'current' | 'stale' | 'undated' | 'partial' | 'missing'
  reason: string | null
}

export interface Clause { title: string; article: string; text: string }

export interface Check {
  id: string
  title: string
  verdict: Verdict
  reason: string
  clauses: Clause[]
  hits: Hit[]
  totals: Record<string, { title: string; area_m2: number; area_ha: number }>
  facts: Record<string, { title: string; value: unknown; text: string }>
  conditions: string[]
  basis: Basis[]
}

export interface LandUseRow {
  owner_unit: string
  ownership: string
  class: string
  name: string
  three_class: string
  area_ha: number | string
}

export interface Review {
  id: string
  created: string
  boundary: string
  verdict: Verdict
  project: { name: string; area_plane_m2: number; area_ellipsoid_m2: number; area_ha: number; zone_epsg: number; parcels: unknown[] }
  layers: Basis[]
  checks: Check[]
  landuse_table: LandUseRow[]
  landuse_summary: { total_ha: number; by_three_class: Record<string, number>; by_ownership: Record<string, number>; cultivated_ha: number }
  landuse_notes: string[]
  authority: { level: string; title: string; reason: string; clauses: Clause[] }
  area_kind: 'plane' | 'ellipsoid'
  as_of: string | null
  today: string
  profile: { id: string; edition: string }
  platform: { version: string }
}

export interface ReviewSummary {
  id: string
  name: string
  created: string
  verdicts: Record<string, Verdict>
  area_ha: number | string
}

export interface Resource {
  id: string
  kind: string
  title: string
  title_en: string
  category: string
  owner: string
  abstract: string
  keywords: string[]
  label: { secrecy: string; data_class: string; sharing: string }
  update_cycle: string
  data_date: string | null
  published: string | null
  extent: Box | null
  format: string
  quality: string
  lineage: string
  status: string
  features?: number
  version?: string
  thumbnail?: boolean
  passages?: { page: number; snippet: string }[]
}

export interface VersionInfo {
  version: string
  label: string
  at: string
  author: string
  message: string
  data_date: string | null
  added: number
  changed: number
  deleted: number
  quality: string
  digest: string
}

export interface ResourceDetail extends Resource {
  schema: {
    code: string
    edition: string
    fields: { code: string; name: string; type: string; length: number | null; decimals: number | null; constraint: string; domain: string | null }[]
  } | null
  versions: VersionInfo[]
  sources: { hash: string }[]
  editions: Edition[]
  links: LinkedResource[]
  linked_from: LinkedResource[]
  service: ServiceState | null
}

export interface Category {
  id: string
  title: string
  title_en: string
  count: number
  children: Category[]
}

/** RFC 9457 problem details, with the platform's code, remedy and place. */
export interface Problem {
  title: string
  status: number
  code: string
  detail: string
  hint: string
  place?: Record<string, unknown>
  facts?: { choices?: { epsg: number; label: string }[] }
}
