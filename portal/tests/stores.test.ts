import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, onExpiry, ProblemError } from '@/api/client'
import type { Boundary, LayerTree, Review } from '@/api/types'
import { useLayers } from '@/stores/layers'
import { useReview } from '@/stores/review'
import { useSession } from '@/stores/session'

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.restoreAllMocks())

const problem = { title: 'x', status: 422, code: 'GT-1221', detail: 'd', hint: 'h', facts: { choices: [{ epsg: 4548, label: '39' }] } }
const tree = (...datasets: string[]): LayerTree => ({
  groups: [{ id: 'xz', title: '现状', title_en: '', layers: datasets.map((dataset) => ({ dataset, visible: dataset === 'xz.dltb' }) as LayerTree['groups'][0]['layers'][0]) }],
  imagery: [],
  services: [],
})

describe('layers', () => {
  it('keep what the reader has switched when the date changes', async () => {
    vi.spyOn(api, 'layers').mockResolvedValue(tree('xz.dltb', 'xz.xzq'))
    const moments = vi.spyOn(api, 'moments').mockResolvedValue([{ date: '2024-12-31', datasets: ['xz.dltb'] }])
    const layers = useLayers()
    await layers.load(null)
    expect(layers.shown['xz.dltb']?.visible).toBe(true)
    layers.shown['xz.dltb']!.visible = false
    await layers.load('2024-12-31')
    expect(layers.shown['xz.dltb']?.visible).toBe(false)
    expect(layers.at).toBe('2024-12-31')
    expect(moments).toHaveBeenCalledTimes(1)
  })
  it('remember a failure and stay where they were', async () => {
    vi.spyOn(api, 'layers').mockRejectedValue(new ProblemError(problem))
    vi.spyOn(api, 'moments').mockResolvedValue([])
    const layers = useLayers()
    await layers.load('2024-12-31')
    expect(layers.failure).toBeInstanceOf(ProblemError)
    expect(layers.at).toBeNull()
  })
})

describe('a review', () => {
  const boundary = { id: 'b', parcels: [] } as unknown as Boundary
  it('goes from file to preview to result', async () => {
    vi.spyOn(api, 'boundaryFile').mockResolvedValue(boundary)
    const asked = vi.spyOn(api, 'review').mockResolvedValue({ id: 'r' } as Review)
    const review = useReview()
    await review.readFile(new File([''], 'x.txt'))
    expect(review.step).toBe('preview')
    review.use = '1001'
    await review.run('2024-12-31')
    expect(asked).toHaveBeenCalledWith({ boundary: 'b', kind: 'general', use: '1001', at: '2024-12-31' })
    expect(review.step).toBe('result')
  })
  it('keeps the file when the coordinate system has to be chosen', async () => {
    vi.spyOn(api, 'boundaryFile').mockRejectedValue(new ProblemError(problem))
    const review = useReview()
    const file = new File([''], 'x.txt')
    await review.readFile(file)
    expect(review.step).toBe('boundary')
    expect(review.problem?.facts?.choices?.[0]?.epsg).toBe(4548)
    expect(review.file?.name).toBe('x.txt')
    expect(review.busy).toBe(false)
  })
  it('forgets everything on restart', async () => {
    vi.spyOn(api, 'boundaryFile').mockResolvedValue(boundary)
    const review = useReview()
    await review.readFile(new File([''], 'x.txt'))
    review.restart()
    expect(review.boundary).toBeNull()
    expect(review.step).toBe('boundary')
  })
})

describe('a session', () => {
  it('that the node has ended is forgotten', async () => {
    const answers = [
      new Response(JSON.stringify({ signed_in: true, csrf: 't', may: ['review'], account: { id: 'wang', name: '王工' } })),
      new Response(JSON.stringify({ ...problem, code: 'GT-4002', status: 401 }), { status: 401 }),
    ]
    vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(answers.shift()!))
    const session = useSession()
    onExpiry(() => session.forget())
    await session.signIn('wang', 'x')
    expect(session.may('review')).toBe(true)
    await expect(api.reviews()).rejects.toBeInstanceOf(ProblemError)
    expect(session.signedIn).toBe(false)
    expect(session.may('review')).toBe(false)
  })
})
