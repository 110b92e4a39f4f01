/** The small map of a check: some of the layer in grey, the findings of a page over it, one of them chosen. */

import Feature from 'ol/Feature'
import Map from 'ol/Map'
import View from 'ol/View'
import { defaults as controls, ScaleLine } from 'ol/control'
import GeoJSON from 'ol/format/GeoJSON'
import { defaults as interactions } from 'ol/interaction'
import VectorLayer from 'ol/layer/Vector'
import { fromLonLat, transformExtent } from 'ol/proj'
import VectorSource from 'ol/source/Vector'
import CircleStyle from 'ol/style/Circle'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style from 'ol/style/Style'
import type { Finding, Sample, Severity } from '@/api/checks'
import { boxOf, type Geometry } from '@/api/geojson'
import type { Box } from '@/api/types'
import { markStyle } from './marks'

const MERCATOR = 'EPSG:3857'
const READ = { dataProjection: 'EPSG:4326', featureProjection: MERCATOR }
const SPAN = 0.0005
export const COLOURS: Record<Severity, string> = { A: '#b00016', B: '#b04a00', C: '#7d5c00', D: '#1660c0' }

const ground = new Style({ stroke: new Stroke({ color: '#9aa795', width: 1 }), fill: new Fill({ color: '#e6eae2' }), image: new CircleStyle({ radius: 3, fill: new Fill({ color: '#9aa795' }) }) })
const near = new Style({ stroke: new Stroke({ color: '#6d7a68', width: 1.2 }), fill: new Fill({ color: '#dfe5da' }) })
const styles = Object.fromEntries(
  Object.entries(COLOURS).map(([severity, colour]) => [severity, new Style({
    stroke: new Stroke({ color: colour, width: 2 }),
    fill: new Fill({ color: `${colour}33` }),
    image: new CircleStyle({ radius: 5, stroke: new Stroke({ color: '#fff', width: 1.5 }), fill: new Fill({ color: colour }) }),
  })]),
)

export class CheckMap {
  private readonly map: Map
  private readonly layer = { ground: new VectorSource(), near: new VectorSource(), found: new VectorSource(), chosen: new VectorSource() }
  private readonly reader = new GeoJSON()

  constructor(target: HTMLElement, picked: (number: number) => void) {
    this.map = new Map({
      target,
      controls: controls({ zoom: false, rotate: false, attribution: false }).extend([new ScaleLine({ minWidth: 80 })]),
      interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }),
      view: new View({ projection: MERCATOR, center: fromLonLat([105, 35]), zoom: 4, maxZoom: 23, enableRotation: false }),
      layers: [
        new VectorLayer({ source: this.layer.ground, style: ground }),
        new VectorLayer({ source: this.layer.near, style: near }),
        new VectorLayer({ source: this.layer.found, style: (feature) => styles[String(feature.get('severity'))] }),
        new VectorLayer({ source: this.layer.chosen, style: markStyle('selected') }),
      ],
    })
    this.map.on('singleclick', (event) => {
      const hit = this.map.forEachFeatureAtPixel(event.pixel, (feature) => feature.get('number') as number | undefined, { hitTolerance: 5 })
      if (hit !== undefined) picked(hit)
    })
  }

  showGround(sample: Sample): void {
    this.layer.ground.clear()
    this.layer.ground.addFeatures(sample.features.map(({ geometry }) => this.feature(geometry)))
  }

  showNear(sample: Sample): void {
    this.layer.near.clear()
    this.layer.near.addFeatures(sample.features.map(({ geometry }) => this.feature(geometry)))
  }

  showFound(found: Finding[]): void {
    this.layer.found.clear()
    this.layer.chosen.clear()
    for (const { number, severity, geometry, place } of found) {
      if (geometry) this.layer.found.addFeature(this.feature(geometry, { number, severity }))
      if (place.coordinate) this.layer.found.addFeature(this.feature({ type: 'Point', coordinates: place.coordinate }, { number, severity }))
    }
  }

  choose(finding: Finding | null, move: boolean): void {
    this.layer.chosen.clear()
    if (!finding) return
    const point: Geometry | null = finding.place.coordinate ? { type: 'Point', coordinates: finding.place.coordinate } : null
    for (const shape of [finding.geometry, point]) if (shape) this.layer.chosen.addFeature(this.feature(shape))
    const shown = finding.geometry ?? point
    if (shown && move) this.fit(boxOf(shown))
  }

  /** Two geometries beside each other: what is and what is proposed. */
  compare(before: Geometry | null, after: Geometry | null): void {
    this.layer.found.clear()
    this.layer.chosen.clear()
    if (before) this.layer.found.addFeature(this.feature(before, { severity: 'A' }))
    if (after) this.layer.chosen.addFeature(this.feature(after))
    const shown = after ?? before
    if (shown) this.fit(boxOf(shown))
  }

  fit([west, south, east, north]: Box): void {
    const pad = east - west < SPAN && north - south < SPAN ? SPAN : 0
    const box = transformExtent([west - pad, south - pad, east + pad, north + pad], 'EPSG:4326', MERCATOR)
    this.map.updateSize()
    this.map.getView().fit(box, { padding: [30, 30, 30, 30], maxZoom: 22 })
  }

  zoom(by: number): void {
    const view = this.map.getView()
    view.animate({ zoom: (view.getZoom() ?? 10) + by, duration: 150 })
  }

  dispose(): void {
    this.map.setTarget(undefined)
    this.map.dispose()
  }

  private feature(geometry: Geometry, properties: object = {}): Feature {
    return new Feature({ geometry: this.reader.readGeometry(geometry, READ), ...properties })
  }
}
