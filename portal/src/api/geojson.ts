/** The few GeoJSON shapes the portal handles; coordinates are longitude, latitude. */

import type { Box } from './types'

export type Position = number[]
export interface Polygon { type: 'Polygon'; coordinates: Position[][] }
export interface MultiPolygon { type: 'MultiPolygon'; coordinates: Position[][][] }
export type Geometry =
  | { type: 'Point'; coordinates: Position }
  | { type: 'MultiPoint'; coordinates: Position[] }
  | { type: 'LineString'; coordinates: Position[] }
  | { type: 'MultiLineString'; coordinates: Position[][] }
  | Polygon
  | MultiPolygon

type Nested = number | Nested[]

const positions = (part: Nested[]): Position[] =>
  typeof part[0] === 'number' ? [part as Position] : part.flatMap((inner) => positions(inner as Nested[]))

/** The smallest box round a geometry. */
export function boxOf(geometry: Geometry): Box {
  const all = positions(geometry.coordinates as Nested[])
  const start: Box = [Infinity, Infinity, -Infinity, -Infinity]
  return all.reduce<Box>(
    ([west, south, east, north], [x = 0, y = 0]) => [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)],
    start,
  )
}
