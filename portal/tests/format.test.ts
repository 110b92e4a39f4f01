import { describe, expect, it } from 'vitest'
import { bytes, duration, hectares, moment, mu, sexagesimal, shortVersion, squareMetres } from '@/format'

describe('numbers as people read them', () => {
  it('shows hectares with four decimals and mu with two', () => {
    expect(hectares(200_000)).toBe('20.0000')
    expect(mu(2_000 / 3)).toBe('1.00')
    expect(squareMetres(1234.567)).toBe('1,234.57')
  })
  it('tells sizes and durations', () => {
    expect([bytes(0), bytes(900), bytes(34_824), bytes(3 * 1024 ** 3)]).toEqual(['0 B', '900 B', '34.0 KB', '3.0 GB'])
    expect([duration(0.022), duration(95.4), duration(3725)]).toEqual(['0.02 s', '1:35', '1:02:05'])
  })
  it('never shows sixty seconds', () => {
    expect(sexagesimal(118.5)).toBe('118°30′00.0″')
    expect(sexagesimal(29.999999999)).toBe('30°00′00.0″')
    expect(sexagesimal(-0.5)).toBe('-0°30′00.0″')
  })
  it('shows moments in the reader’s own time, to the minute', () => {
    const local = new Date(2026, 0, 2, 3, 4, 59)
    expect(moment(local.toISOString())).toBe('2026-01-02 03:04')
  })
  it('shortens versions to what people say', () => {
    expect(shortVersion('1.20927#120fa1e625b5, 1.3#ab')).toBe('1.20927, 1.3')
  })
})
