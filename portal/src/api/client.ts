/** Calls to the node: same origin, cookies, anti-forgery token, problems as typed errors. */

import type * as T from './types'
import type { MultiPolygon, Polygon } from './geojson'

export class ProblemError extends Error {
  constructor(readonly problem: T.Problem) {
    super(`${problem.code} ${problem.detail}`)
  }
}

let csrf: string | null = null
let language = 'zh'

let expired: () => void = () => undefined

export const speak = (lang: string): void => { language = lang }
/** What to do when the node no longer knows the session of a signed-in reader. */
export const onExpiry = (act: () => void): void => { expired = act }

const NOT_SIGNED_IN = 'GT-4002'

type Query = Record<string, string | number | null | undefined>

export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text ? `${path}?${text}` : path
}

export async function reach(method: string, path: string, body?: object | FormData | Blob, signal?: AbortSignal, more: Record<string, string> = {}): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': language, ...more }
  if (csrf && method !== 'GET') headers['X-Guotu-CSRF'] = csrf
  const raw = body instanceof FormData || body instanceof Blob
  if (body && !raw) headers['Content-Type'] = 'application/json'
  const sent = raw ? body : body && JSON.stringify(body)
  const response = await fetch(path, { method, headers, body: sent, signal, credentials: 'same-origin' }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ProblemError(unreachable())
  })
  if (response.ok) return response
  const problem = ((await response.json().catch(() => null)) as T.Problem | null) ?? unreachable()
  if (problem.code === NOT_SIGNED_IN && csrf) {
    csrf = null
    expired()
  }
  throw new ProblemError(problem)
}

async function ask<R>(method: string, path: string, body?: object | FormData, signal?: AbortSignal): Promise<R> {
  const response = await reach(method, path, body, signal)
  return response.status === 204 ? (undefined as R) : ((await response.json()) as R)
}

/** The name a download is given in its Content-Disposition. */
export function nameOf(disposition: string | null, fallback: string): string {
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  return coded ? decodeURIComponent(coded) : fallback
}

function unreachable(): T.Problem {
  const zh = language === 'zh'
  return {
    title: 'unreachable',
    status: 0,
    code: 'GT-1006',
    detail: zh ? '节点没有应答' : 'The node does not answer',
    hint: zh ? '检查网络后重试。' : 'Check the network and try again.',
  }
}

function keep(state: T.SessionState): T.SessionState {
  csrf = state.csrf
  return state
}

/** Where a kept file, or its small picture, is fetched from. */
export const fileAddress = (id: string, at: string | null, original = false): string =>
  address(`/api/catalog/${encodeURIComponent(id)}/file`, { at, original: original ? 'true' : null })
export const thumbnailAddress = (id: string, at: string | null): string => address(`/api/catalog/${encodeURIComponent(id)}/thumbnail`, { at })

export const api = {
  session: async () => keep(await ask<T.SessionState>('GET', '/api/session')),
  signIn: async (account: string, password: string) => keep(await ask<T.SessionState>('POST', '/api/session', { account, password })),
  signOut: async () => { await ask<void>('DELETE', '/api/session'); csrf = null },
  node: () => ask<T.NodeInfo>('GET', '/api/node'),
  layers: (at: string | null) => ask<T.LayerTree>('GET', address('/api/layers', { at })),
  moments: () => ask<T.Moment[]>('GET', '/api/moments'),
  identify: (lon: number, lat: number, tolerance: number, at: string | null) =>
    ask<T.Identified>('GET', address('/api/identify', { lon, lat, tolerance_m: tolerance, at })),
  search: (q: string, signal?: AbortSignal) => ask<T.SearchAnswer>('GET', address('/api/search', { q, limit: 8 }), undefined, signal),
  catalog: (query: Query) => ask<{ total: number; items: T.Resource[] }>('GET', address('/api/catalog', query)),
  categories: () => ask<T.Category[]>('GET', '/api/catalog/tree'),
  resource: (id: string) => ask<T.ResourceDetail>('GET', `/api/catalog/${encodeURIComponent(id)}`),
  text: (id: string, first: number) => ask<T.TextPages>('GET', address(`/api/catalog/${encodeURIComponent(id)}/text`, { first })),
  boundaryFile: (file: File, epsg: number | null) => {
    const form = new FormData()
    form.set('file', file)
    if (epsg) form.set('crs_epsg', String(epsg))
    return ask<T.Boundary>('POST', '/api/boundaries', form)
  },
  boundaryDrawn: (name: string, geometry: Polygon | MultiPolygon) => ask<T.Boundary>('POST', '/api/boundaries/drawn', { name, geometry }),
  boundary: (id: string) => ask<T.Boundary>('GET', `/api/boundaries/${id}`),
  reviewOptions: () => ask<T.ReviewOptions>('GET', '/api/review-options'),
  review: (body: { boundary: string; kind: string; use: string; at: string | null }) => ask<T.Review>('POST', '/api/reviews', body),
  reviews: () => ask<T.ReviewSummary[]>('GET', '/api/reviews'),
  reviewOf: (id: string) => ask<T.Review>('GET', `/api/reviews/${id}`),
  report: async (id: string, format: string) => {
    const response = await reach('GET', address(`/api/reviews/${id}/report.${format}`, { lang: language }))
    return new File([await response.blob()], nameOf(response.headers.get('Content-Disposition'), `review.${format}`))
  },
}
