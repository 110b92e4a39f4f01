import { describe, expect, it } from 'vitest'
import { hectares, moment, mu, sexagesimal, squareMetres } from '@/format'

describe('numbers as people read them', () => {
  it('shows hectares with four decimals and mu with two', () => {
    expect(hectares(200_000)).toBe('20.0000')
    expect(mu(2_000 / 3)).toBe('1.00')
    expect(squareMetres(1234.567)).toBe('1,234.57')
  })
  it('never shows sixty seconds', () => {
    expect(sexagesimal(118.5)).toBe('118°30′00.0″')
    expect(sexagesimal(29.999999999)).toBe('30°00′00.0″')
    expect(sexagesimal(-0.5)).toBe('-0°30′00.0″')
  })
  it('cuts moments to minutes', () => {
    expect(moment('2026-01-02T03:04:05+00:00')).toBe('2026-01-02 03:04')
  })
})
