/** Numbers and dates as people read them; every number with its unit. */

const M2_PER_HA = 10_000
const M2_PER_MU = 2_000 / 3

export const fixed = (value: number, decimals: number): string =>
  value.toLocaleString('zh-CN', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })

export const hectares = (m2: number): string => fixed(m2 / M2_PER_HA, 4)
export const mu = (m2: number): string => fixed(m2 / M2_PER_MU, 2)
export const squareMetres = (m2: number): string => fixed(m2, 2)

/** A UTC moment of the node, in the reader's own time, to the minute. */
export function moment(iso: string): string {
  const at = new Date(iso)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}

/** 118.500000 → 118°30′00.0″ */
export function sexagesimal(degrees: number): string {
  const tenths = Math.round(Math.abs(degrees) * 36_000)
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0')
  const minutes = String(Math.floor(tenths / 600) % 60).padStart(2, '0')
  return `${degrees < 0 ? '-' : ''}${Math.floor(tenths / 36_000)}°${minutes}′${seconds}″`
}

/** `1.20927#120fa1e625b5` → `1.20927` */
export const shortVersion = (label: string): string => label.replaceAll(/#[0-9a-f]+/g, '')

/** 34 824 → 34.0 KB */
export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const step = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1)
  return `${step ? (count / 1024 ** step).toFixed(1) : count} ${units[step]}`
}

/** 95.4 seconds → 1:35 */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (number: number) => String(number).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  if (whole < 1) return `${seconds.toFixed(2)} s`
  return hours ? `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}` : `${Math.floor(whole / 60)}:${two(whole % 60)}`
}
