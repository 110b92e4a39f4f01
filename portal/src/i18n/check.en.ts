import type { checkZh } from './check.zh'

export const checkEn: typeof checkZh = {
  title: 'Check before you submit', lead: 'Upload a file, a folder or an archive; see what it is read as, what is wrong and how to mend it. Nothing enters the store, the result is removed when it expires.',
  drop: 'Drop a data file, a folder or an archive here', chooseFile: 'Choose a file', chooseFolder: 'Choose a folder', formats: 'Shapefile, GeoPackage, FileGDB, GeoJSON, VCT, DXF, boundary TXT, CSV, XLSX and more; up to {size}. After a broken line or a closed page choose the same file again: the upload goes on where it stood.',
  needSignIn: 'Sign in to upload and check data.', uploading: 'Uploading {name}', of: '{done} of {total}', pause: 'Pause', resume: 'Go on', cancel: 'Cancel', waiting: 'The line is broken; trying again in {n} s…', verifying: 'Verifying…',
  checking: 'Checking {name}', queued: 'Waiting…', stage: { read: 'Reading and checking each feature', rules: 'Checking the whole layer' }, features: '{n} features', slow: 'The data are large. You may leave this page and look under “My checks” later.',
  mine: 'My checks', none: 'No checks yet', when: 'When', file: 'File', state: 'State', open: 'Open', remove: 'Remove', removeSure: 'Remove this check?',
  status: { queued: 'waiting', running: 'running', done: 'done', failed: 'failed', cancelled: 'cancelled', interrupted: 'interrupted' },
  passed: 'Passed', refused: 'Refused', asks: 'To be answered', failed: 'The check did not finish', again: 'Check another file', expires: 'Kept until {at}', shared: 'A result that was shared with you',
  layer: 'Layer', layers: 'Layers', summary: 'Verdict', score: 'Score', grade: 'Grade', total: 'Findings', noFindings: 'Nothing was found', notJudged: 'Answer the question first',
  identified: 'What it is read as', format: 'Format', schema: 'Schema', schemaOf: 'Check against', crs: 'Coordinate system', crsWhy: 'Evidence', encoding: 'Encoding', encodingTry: 'Try another', samples: 'Text as read', rows: 'Features',
  questionCrs: 'The coordinate system cannot be known', questionSchema: 'Which layer is this?', choose: 'Please choose', recheck: 'Check again with this', rechecking: 'Sending…', uploadGone: 'The upload has expired; upload again to check again.',
  mapping: 'Columns and fields', column: 'Column of the file', field: 'Field of the standard', sure: 'Sure', why: 'Why', leaveOut: '(left out)', missing: 'Mandatory fields missing: {fields}', changed: '{n} changed', undo: 'Undo',
  rulesTitle: 'Rules broken', rule: 'Rule', ruleName: 'Name', severity: 'Severity', count: 'Count', excepted: 'Excepted', hard: 'Refuses', yes: 'yes', no: 'no',
  severities: { A: 'major', B: 'serious', C: 'light', D: 'slight' },
  findings: 'Findings', all: 'All', place: 'Place', what: 'What is wrong', remedy: 'Remedy', row: 'row {n}', page: '{from}–{to} of {total}', previous: 'Previous', next: 'Next', show: 'Show finding {n} on the map', keptOnly: '{total} in all; {kept} are listed one by one.',
  map: 'Map of findings. Arrow keys move, plus and minus zoom; the findings are listed in the table beside it', sampleOnly: 'Grey: {n} of {total} features; coloured: the findings of this page', fit: 'Whole map',
  reports: 'Download', html: 'Report page', xlsx: 'Excel', jsonl: 'JSON Lines', gpkg: 'Error layer (GeoPackage)', normalised: 'Normalised copy (GeoPackage)', writing: 'Writing…',
  share: 'Share', shareLead: 'A link that opens this result, until it expires or is withdrawn.', secrecy: 'Label', hours: 'Valid for', hoursN: '{n} hours', daysN: '{n} days', makeLink: 'Make a link', copy: 'Copy', copied: 'Copied', withdraw: 'Withdraw the link', publicNote: 'A link labelled 公开 (public) needs no account; others need one that may read the label.',
  repairs: 'Proposed repairs', repairsLead: 'Proposals only: what you accept, one by one or in bulk, goes into a copy. The source is never touched; every change is logged and can be undone.', repairsFind: 'Look for what can be repaired', repairsFinding: 'Looking…', repairsNone: 'Nothing here can be repaired automatically',
  accept: 'Accept', acceptAll: 'Accept all {n}', before: 'Before', after: 'After', area: 'area changes by {n} m²', write: 'Write the repaired copy', needs: 'needs {ids}', chosen: '{n} chosen', recheckOf: 'Checked again: {before} findings became {after}', download: 'Download the repaired copy', log: 'Repair log', selectNone: 'Choose none', kind: 'Kind', shown: '{shown} of {total} are listed',
}
