import { afterEach, describe, expect, it, vi } from 'vitest'
import { address, api, nameOf, ProblemError } from '@/api/client'

const answer = (status: number, body: unknown) => new Response(body === undefined ? null : JSON.stringify(body), { status })

afterEach(() => vi.restoreAllMocks())

describe('calls to the node', () => {
  it('leave out what was not given', () => {
    expect(address('/x', { a: 1, b: null, c: '', d: undefined, e: '青禾' })).toBe('/x?a=1&e=%E9%9D%92%E7%A6%BE')
    expect(address('/x')).toBe('/x')
  })
  it('carry the anti-forgery token once signed in', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(answer(200, { csrf: 'token', may: [] })))
    await api.signIn('wang', 'secret')
    await api.review({ boundary: 'b', kind: 'general', use: '', at: null })
    expect(fetched.mock.lastCall?.[1]?.headers).toMatchObject({ 'X-Guotu-CSRF': 'token' })
  })
  it('turn a problem into a typed error', async () => {
    const problem = { title: 'x', status: 422, code: 'GT-1201', detail: 'd', hint: 'h' }
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(answer(422, problem))
    await expect(api.node()).rejects.toEqual(new ProblemError(problem))
  })
  it('save a report under the name the node gave', () => {
    expect(nameOf("attachment; filename*=UTF-8''%E9%9D%92%E7%A6%BE.pdf", 'x')).toBe('青禾.pdf')
    expect(nameOf(null, 'review.pdf')).toBe('review.pdf')
  })
  it('say so when the node is away', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('refused'))
    await expect(api.node()).rejects.toMatchObject({ problem: { code: 'GT-1006', status: 0 } })
  })
})
