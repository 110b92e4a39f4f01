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
import CircleStyle from 'ol/style/Circle'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style from 'ol/style/Style'
import Text from 'ol/style/Text'
import { address } from '@/api/client'
import type { Geometry, Polygon } from '@/api/geojson'
import type { Box, Imagery, LayerInfo } from '@/api/types'
import { styleFunction } from './style'

const MERCATOR = 'EPSG:3857'
const DEEPEST_TILE = 16
const READ = { dataProjection: 'EPSG:4326', featureProjection: MERCATOR }

export type Mark = 'boundary' | 'conflict' | 'noted' | 'selected' | 'place'

const line = (color: string, width: number, dash?: number[]): Stroke => new Stroke({ color, width, lineDash: dash })

const MARKS: Record<Mark, Style[]> = {
  boundary: [new Style({ stroke: line('#ffffffd0', 6) }), new Style({ stroke: line('#c00018', 3), fill: new Fill({ color: '#c0001812' }) })],
  conflict: [new Style({ stroke: line('#c00018', 2), fill: new Fill({ color: '#e0002455' }) })],
  noted: [new Style({ stroke: line('#8a5a00', 2, [6, 4]), fill: new Fill({ color: '#f5a62333' }) })],
  selected: [
    new Style({
      stroke: line('#0b5cd5', 3),
      fill: new Fill({ color: '#0b5cd522' }),
      image: new CircleStyle({ radius: 8, stroke: line('#0b5cd5', 3), fill: new Fill({ color: '#ffffff' }) }),
    }),
  ],
  place: [
    new Style({ image: new CircleStyle({ radius: 7, stroke: line('#ffffff', 2), fill: new Fill({ color: '#c00018' }) }) }),
  ],
}

export class Workspace {
  readonly map: Map
  private readonly marks = new VectorSource()
  private readonly data: Record<string, VectorTileLayer | TileLayer> = {}
  private drawing: { draw: Draw; snap: Snap } | null = null

  constructor(target: HTMLElement, extent: Box | null) {
    this.map = new Map({
      target,
      controls: controls({ zoom: false, rotate: false, attribution: false }).extend([new ScaleLine({ minWidth: 90 })]),
      interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }),
      view: new View({ projection: MERCATOR, center: fromLonLat([105, 35]), zoom: 4, maxZoom: 20, minZoom: 3, enableRotation: false }),
      layers: [new VectorLayer({ source: this.marks, zIndex: 10_000 })],
    })
    if (extent) this.fit(extent)
  }

  fit(box: Box, padding = 40): void {
    this.map.getView().fit(transformExtent(box, 'EPSG:4326', MERCATOR), { padding: [padding, padding, padding, padding], maxZoom: 17 })
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

  /** Make the tile layers those of the tree at one moment. */
  setLayers(layers: LayerInfo[], at: string | null): void {
    for (const layer of Object.values(this.data)) this.map.removeLayer(layer)
    for (const id of Object.keys(this.data)) delete this.data[id]
    for (const layer of layers) this.add(layer.dataset, vectorTiles(layer, at))
  }

  setImagery(pictures: Imagery[]): void {
    for (const picture of pictures) {
      const known = this.data[picture.id]
      if (known) continue
      const extent = transformExtent(picture.extent, 'EPSG:4326', MERCATOR)
      this.add(picture.id, new TileLayer({ extent, zIndex: -10, source: new XYZ({ url: picture.tiles, maxZoom: 18 }) }))
    }
  }

  show(id: string, visible: boolean, opacity: number): void {
    this.data[id]?.setVisible(visible)
    this.data[id]?.setOpacity(opacity)
  }

  /** Replace everything marked as `kind` by these geometries (longitude, latitude). */
  mark(kind: Mark, shapes: { geometry: Geometry; id?: string }[]): void {
    this.marks.removeFeatures(this.marks.getFeatures().filter((feature) => feature.get('kind') === kind))
    const reader = new GeoJSON()
    for (const shape of shapes) {
      const feature = new Feature({ geometry: reader.readGeometry(shape.geometry, READ), kind })
      feature.setStyle(MARKS[kind])
      this.marks.addFeature(feature)
    }
  }

  /** Boundary points with their labels. */
  label(points: { label: string; lon: number; lat: number }[]): void {
    this.marks.removeFeatures(this.marks.getFeatures().filter((feature) => feature.get('kind') === 'label'))
    const reader = new GeoJSON()
    for (const point of points) {
      const geometry = reader.readGeometry({ type: 'Point', coordinates: [point.lon, point.lat] }, READ)
      const feature = new Feature({ geometry, kind: 'label' })
      feature.setStyle((_, resolution) => (resolution > 3 ? [] : [labelled(point.label)]))
      this.marks.addFeature(feature)
    }
  }

  draw(finished: (geometry: Polygon) => void): void {
    this.stopDrawing()
    const draw = new Draw({ source: new VectorSource(), type: 'Polygon', style: MARKS.boundary.concat(MARKS.selected) })
    const snap = new Snap({ source: this.marks })
    draw.on('drawend', (event) => {
      const shape = new GeoJSON().writeGeometryObject(event.feature.getGeometry()!, { ...READ, decimals: 10 })
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

  private add(id: string, layer: VectorTileLayer | TileLayer): void {
    this.data[id] = layer
    this.map.addLayer(layer)
  }
}

const labelled = (words: string): Style =>
  new Style({
    image: new CircleStyle({ radius: 3, fill: new Fill({ color: '#c00018' }) }),
    text: new Text({
      text: words,
      font: "11px 'Noto Sans SC', sans-serif",
      offsetY: -10,
      fill: new Fill({ color: '#8f0012' }),
      stroke: line('#ffffff', 3),
    }),
  })

function vectorTiles(layer: LayerInfo, at: string | null): VectorTileLayer {
  const query = address('', { at, k: layer.tile_key })
  return new VectorTileLayer({
    declutter: layer.label_field !== null,
    minZoom: layer.min_zoom - 0.01,
    zIndex: layer.style.order,
    renderMode: 'hybrid',
    style: styleFunction(layer),
    source: new VectorTileSource({
      format: new MVT({ idProperty: 'fid' }),
      maxZoom: DEEPEST_TILE,
      url: `/api/tiles/${layer.dataset}/{z}/{x}/{y}.mvt${query}`,
    }),
  })
}

