import { describe, expect, it } from 'vitest'
import { en } from '@/i18n/en'
import { zh } from '@/i18n/zh'

const keys = (tree: object, path = ''): string[] =>
  Object.entries(tree).flatMap(([name, value]) => (typeof value === 'object' ? keys(value as object, `${path}${name}.`) : [`${path}${name}`]))

describe('both languages', () => {
  it('have the same words', () => {
    expect(keys(en)).toEqual(keys(zh))
  })
})
