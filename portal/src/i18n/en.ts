import type { Messages } from './zh'

export const en: Messages = {
  app: { title: 'Territorial Space Information Platform', skip: 'Skip to content', demo: 'Demonstration data, invented' },
  nav: { map: 'Map', catalog: 'Catalogue', reviews: 'Reviews', signIn: 'Sign in', signOut: 'Sign out', language: '中文' },
  map: {
    label: 'Map. Arrow keys move, plus and minus zoom, Enter identifies the centre',
    layers: 'Layers', imagery: 'Imagery', legend: 'Legend', loading: 'Loading…', opacity: 'Opacity', zoomTo: 'Zoom to layer',
    show: 'Show {name}', belowScale: 'Zoom in to see', features: '{n} features', dataDate: 'Data date', version: 'Version', owner: 'Responsible',
    identify: 'Identify', nothingHere: 'No feature of a visible layer here', close: 'Close', coordinates: 'Coordinates', noLayers: 'No layer can be browsed at this date',
    asOf: 'Data as of', latest: 'Latest', approval: 'Map approval no.', approvalNone: 'Internal use', full: 'Full extent', zoomIn: 'Zoom in', zoomOut: 'Zoom out',
    area: 'Area', hide: 'Collapse', expand: 'Expand',
  },
  search: {
    placeholder: 'Place, parcel number, project, coordinate', places: 'Places', features: 'Features', resources: 'Resources', coordinate: 'Coordinate', none: 'No results',
    label: 'Search',
  },
  review: {
    title: 'Compliance review', step1: 'Boundary', step2: 'Check', step3: 'Result',
    drop: 'Drop a boundary TXT, zipped Shapefile, GeoPackage or GeoJSON here', choose: 'Choose a file', draw: 'Draw on the map', finishHint: 'Double-click ends, Esc cancels',
    drawing: 'Drawing…', cancelDraw: 'Cancel drawing', drawnName: 'Boundary drawn on the map', reading: 'Reading the file…',
    zone: 'Projection zone', evidence: 'Evidence', planeArea: 'Plane area', ellipsoidArea: 'Ellipsoid area', parcels: 'Parcels', declared: 'Declared', points: 'Boundary points',
    kind: 'Project kind', use: 'Intended use', useAny: 'Not given', start: 'Review', running: 'Reviewing…', again: 'Another boundary', warnings: 'Notes',
    chooseCrs: 'The coordinate system cannot be known; please choose', conclusion: 'Conclusions', authority: 'Approval authority', clauses: 'Legal basis', hits: '{n} features concerned',
    landuse: 'Land occupied (地类占用)', unit: 'Owner unit', ownership: 'Ownership', class: 'Class', threeClass: 'Category', hectare: 'ha', total: 'Total', basis: 'Data used',
    report: 'Report', needSignIn: 'Sign in to review', signIn: 'Sign in', tolerances: 'Tolerances', open: 'Open', when: 'When', name: 'Project', none: 'No reviews yet',
    emptyHint: 'Give a project boundary on the map to review it.', showOnMap: 'Show on map', counted: 'counted', notCounted: 'overlay error, not counted', more: '{n} more in the report',
    dataset: 'Dataset', code: 'Code',
  },
  verdict: { pass: 'Pass', attention: 'Attention', fail: 'Fail', unknown: 'Unknown' },
  catalog: {
    title: 'Catalogue', search: 'Search titles, keywords, owners', all: 'All', kind: 'Kind', results: '{n} resources', none: 'No resource matches', noneHint: 'Try another word, or clear the filters.',
    category: 'Category', owner: 'Responsible', date: 'Data date', label: 'Label', sharing: 'Sharing', cycle: 'Update cycle', quality: 'Quality', lineage: 'Lineage',
    versions: 'Versions', fields: 'Fields', added: 'Added', changed: 'Changed', deleted: 'Deleted', author: 'Author', message: 'Message', at: 'Landed', digest: 'Digest',
    abstract: 'Abstract', format: 'Format', features: 'Features', view: 'Show on map', field: 'Field', name: 'Name', type: 'Type', length: 'Length', constraint: 'Constraint', domain: 'Domain',
    back: 'Back to the catalogue', retired: 'Retired', keywords: 'Keywords', published: 'Published', edition: 'Schema edition',
  },
  kinds: { vector: 'Vector', raster: 'Raster', table: 'Table', document: 'Document', audio: 'Audio', video: 'Video', service: 'Service', site: 'Site' },
  constraint: { M: 'mandatory', C: 'conditional', O: 'optional' },
  signIn: { title: 'Sign in', account: 'Account', password: 'Password', submit: 'Sign in', demo: 'Demo accounts', fill: 'Fill in', signedIn: 'Signed in: {name}' },
  error: { title: 'Something went wrong', retry: 'Try again', place: 'Place', code: 'Code' },
  unit: { ha: 'ha', mu: 'mu', m2: 'm²' },
}
