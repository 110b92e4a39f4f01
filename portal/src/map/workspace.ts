/** The map itself: tile layers that follow the layer store, an overlay for boundaries, conflicts and selections, drawing. */

import Feature from 'ol/Feature'
import Map from 'ol/Map'
import View from 'ol/View'
import { defaults as controls, ScaleLine } from 'ol/control'
import MVT from 'ol/format/MVT'
import GeoJSON from 'ol/format/GeoJSON'
import { defaults as interactions, Draw, Snap } from 'ol/interaction'
import TileLayer from 'ol/layer/Tile'
import VectorLayer from 'ol/layer/Vector'
import VectorTileLayer from 'ol/layer/VectorTile'
import { fromLonLat, toLonLat, transformExtent } from 'ol/proj'
import VectorSource from 'ol/source/Vector'
import VectorTileSource from 'ol/source/VectorTile'
import XYZ from 'ol/source/XYZ'
import { address } from '@/api/client'
import type { Geometry, Polygon } from '@/api/geojson'
import type { Box, Imagery, LayerInfo, RemoteLayer } from '@/api/types'
import { cornerStyle, type Mark, markStyle } from './marks'
import { resolutionOf, styleFunction } from './style'

const MERCATOR = 'EPSG:3857'
const DEEPEST_TILE = 16
const LABELLED_FROM = 3
const READ = { dataProjection: 'EPSG:4326', featureProjection: MERCATOR }

/** Coverages that hide everything below them let images shine through. */
const COVERAGE_ORDER = 20
const THROUGH = 0.4

export class Workspace {
  readonly map: Map
  private readonly marks = new VectorSource()
  private readonly data: Record<string, { layer: VectorTileLayer | TileLayer; coverage: boolean; image: boolean }> = {}
  /** Per dataset, the entries of its legend that have been drawn so far. */
  readonly met: Record<string, Set<number>> = {}
  /** Pixels at the bottom that a sheet lies over. */
  covered = 0
  private drawing: { draw: Draw; snap: Snap } | null = null

  constructor(target: HTMLElement, extent: Box | null) {
    this.map = new Map({
      target,
      controls: controls({ zoom: false, rotate: false, attribution: false }).extend([new ScaleLine({ minWidth: 90 })]),
      interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }),
      view: new View({ projection: MERCATOR, center: fromLonLat([105, 35]), zoom: 4, maxZoom: 20, minZoom: 3, enableRotation: false }),
      layers: [new VectorLayer({ source: this.marks, zIndex: 10_000, declutter: true })],
    })
    if (extent) this.fit(extent, 24)
  }

  fit(box: Box, padding = 40): void {
    const view = this.map.getView()
    view.cancelAnimations()
    view.fit(transformExtent(box, 'EPSG:4326', MERCATOR), { padding: [padding + 50, padding, padding + this.covered, padding], maxZoom: 17 })
  }

  zoom(by: number): void {
    const view = this.map.getView()
    view.animate({ zoom: (view.getZoom() ?? 10) + by, duration: 150 })
  }

  /** Metres on the ground that one screen pixel spans at the centre. */
  get resolution(): number {
    const view = this.map.getView()
    const [, latitude = 0] = toLonLat(view.getCenter() ?? [0, 0])
    return (view.getResolution() ?? 1) * Math.cos((latitude * Math.PI) / 180)
  }

  get centre(): [number, number] {
    const [lon = 0, lat = 0] = toLonLat(this.map.getView().getCenter() ?? [0, 0])
    return [lon, lat]
  }

  /** Make the tile layers those of the tree at one moment; what is unchanged stays. */
  setLayers(layers: LayerInfo[], pictures: Imagery[], remote: RemoteLayer[], at: string | null): void {
    const wanted = new Set([...layers.map((layer) => keyOf(layer)), ...[...pictures, ...remote].map((picture) => picture.tiles)])
    for (const [id, { layer }] of Object.entries(this.data)) {
      if (wanted.has(String(layer.get('key')))) continue
      this.map.removeLayer(layer)
      delete this.data[id]
    }
    for (const layer of layers) {
      if (this.data[layer.dataset]) continue
      this.add(layer.dataset, keyOf(layer), vectorTiles(layer, at, this.met[layer.dataset] ??= new Set()), layer.style.type === 'fill' && layer.style.order < COVERAGE_ORDER, false)
    }
    for (const picture of pictures) this.addPicture(picture, -10, true)
    for (const layer of remote) this.addPicture(layer, -5, false)
  }

  show(shown: Record<string, { visible: boolean; opacity: number }>): void {
    const through = Object.entries(this.data).some(([id, { image }]) => image && shown[id]?.visible)
    for (const [id, { layer, coverage }] of Object.entries(this.data)) {
      layer.setVisible(shown[id]?.visible ?? false)
      layer.setOpacity((shown[id]?.opacity ?? 1) * (through && coverage ? THROUGH : 1))
    }
  }

  /** Replace everything marked as `kind` by these geometries (longitude, latitude). */
  mark(kind: Mark, shapes: { geometry: Geometry }[]): void {
    this.clear(kind)
    const reader = new GeoJSON()
    for (const shape of shapes) {
      const feature = new Feature({ geometry: reader.readGeometry(shape.geometry, READ), kind })
      feature.setStyle(markStyle(kind))
      this.marks.addFeature(feature)
    }
  }

  /** Boundary points with their labels. */
  label(points: { label: string; lon: number; lat: number }[]): void {
    this.clear('label')
    const reader = new GeoJSON()
    for (const point of points) {
      const geometry = reader.readGeometry({ type: 'Point', coordinates: [point.lon, point.lat] }, READ)
      const feature = new Feature({ geometry, kind: 'label' })
      feature.setStyle((_, resolution) => (resolution > LABELLED_FROM ? [] : [cornerStyle(point.label)]))
      this.marks.addFeature(feature)
    }
  }

  draw(finished: (geometry: Polygon) => void): void {
    this.stopDrawing()
    const draw = new Draw({ source: new VectorSource(), type: 'Polygon', style: markStyle('boundary').concat(markStyle('selected')) })
    const snap = new Snap({ source: this.marks })
    draw.on('drawend', (event) => {
      const shape = new GeoJSON().writeGeometryObject(event.feature.getGeometry()!, { ...READ, decimals: 10, rightHanded: true })
      setTimeout(() => this.stopDrawing())
      finished(shape as Polygon)
    })
    this.map.addInteraction(draw)
    this.map.addInteraction(snap)
    this.drawing = { draw, snap }
  }

  stopDrawing(): void {
    if (!this.drawing) return
    this.map.removeInteraction(this.drawing.draw)
    this.map.removeInteraction(this.drawing.snap)
    this.drawing = null
  }

  get isDrawing(): boolean {
    return this.drawing !== null
  }

  dispose(): void {
    this.map.setTarget(undefined)
    this.map.dispose()
  }

  private clear(kind: string): void {
    this.marks.removeFeatures(this.marks.getFeatures().filter((feature) => feature.get('kind') === kind))
  }

  private addPicture(picture: RemoteLayer, zIndex: number, image: boolean): void {
    if (this.data[picture.id]) return
    const box = picture.extent
    const extent = box ? transformExtent([box[0], Math.max(box[1], -85), box[2], Math.min(box[3], 85)], 'EPSG:4326', MERCATOR) : undefined
    const source = new XYZ({ url: picture.tiles, maxZoom: 18 })
    this.add(picture.id, picture.tiles, new TileLayer({ extent, zIndex, source }), false, image)
  }

  private add(id: string, key: string, layer: VectorTileLayer | TileLayer, coverage: boolean, image: boolean): void {
    layer.set('key', key)
    layer.setVisible(false)
    this.data[id] = { layer, coverage, image }
    this.map.addLayer(layer)
  }
}

/** The same while neither the data nor the reader's rights to it changed. */
const keyOf = (layer: LayerInfo): string => `${layer.dataset} ${layer.tile_key}`

function vectorTiles(layer: LayerInfo, at: string | null, met: Set<number>): VectorTileLayer {
  const query = address('', { at, k: layer.tile_key })
  return new VectorTileLayer({
    declutter: layer.label_field !== null,
    maxResolution: layer.min_zoom > 5 ? resolutionOf(layer.min_zoom) * 1.01 : undefined,
    extent: layer.extent ? transformExtent(layer.extent, 'EPSG:4326', MERCATOR) : undefined,
    zIndex: layer.style.order,
    renderMode: 'hybrid',
    style: styleFunction(layer, (place) => met.add(place)),
    source: new VectorTileSource({
      format: new MVT({ idProperty: 'fid' }),
      maxZoom: DEEPEST_TILE,
      url: `/api/tiles/${layer.dataset}/{z}/{x}/{y}.mvt${query}`,
    }),
  })
}
