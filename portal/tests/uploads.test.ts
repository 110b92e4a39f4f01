// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Sha256 } from '@/api/sha256'
import { parcelOf, send } from '@/api/uploads'

const hexOf = async (bytes: Uint8Array): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

test.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003])('the digest of %i bytes is that of the browser', async (length) => {
  const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) % 251)
  const digest = new Sha256()
  for (let at = 0; at < length; at += 37) digest.update(bytes.subarray(at, at + 37))
  expect(digest.hex()).toBe(await hexOf(bytes))
})

/** A node that keeps what it is sent and breaks the line when told. */
class Fake {
  held = new Uint8Array(0)
  broken = 0
  digest = ''
  begun = 0
  constructor(readonly size: number) {}

  answer = async (path: string, init: RequestInit): Promise<Response> => {
    const head = (status: number, headers = {}) => new Response(null, { status, headers })
    if (init.method === 'POST' && path === '/api/uploads') {
      this.begun++
      return Response.json({ id: 'u1', offset: 0, size: this.size, complete: false }, { status: 201 })
    }
    if (init.method === 'GET') return Response.json({ id: 'u1', offset: this.held.length, size: this.size, complete: false })
    if (init.method === 'HEAD') return head(200, { 'Upload-Offset': String(this.held.length) })
    if (init.method === 'PATCH') {
      const piece = new Uint8Array(await new Response(init.body as Blob).arrayBuffer())
      const some = this.broken ? piece.subarray(0, 1000) : piece
      this.held = Uint8Array.from([...this.held, ...some])
      if (this.broken) {
        this.broken--
        throw new TypeError('line broken')
      }
      return head(204, { 'Upload-Offset': String(this.held.length) })
    }
    this.digest = (JSON.parse(String(init.body)) as { sha256: string }).sha256
    return Response.json({ complete: true })
  }
}

const watch = { progress: vi.fn(), waiting: vi.fn(), verifying: vi.fn() }
const file = (bytes: Uint8Array): File => new File([bytes as BlobPart], '甲.gpkg', { lastModified: 1 })

class Shelf extends Map<string, string> {
  getItem = (name: string) => this.get(name) ?? null
  setItem = (name: string, value: string) => this.set(name, value)
}

beforeEach(() => {
  vi.clearAllMocks()
  vi.stubGlobal('localStorage', new Shelf())
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  watch.waiting.mockImplementation((seconds: number) => { queueMicrotask(() => vi.advanceTimersByTime(seconds * 1000)) })
})
afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals() })

test('a broken line is waited for, and the upload goes on where the node stands', async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, at) => at % 256)
  const node = new Fake(bytes.length)
  node.broken = 2
  vi.stubGlobal('fetch', node.answer)
  expect(await send(parcelOf('甲', [{ path: '甲.gpkg', file: file(bytes) }]), watch, new AbortController().signal)).toBe('u1')
  expect(node.held).toEqual(bytes)
  expect(node.digest).toBe(await hexOf(bytes))
  expect(watch.waiting).toHaveBeenCalledTimes(2)
})

test('the same file chosen again after a reload goes on', async () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, at) => at % 256)
  const node = new Fake(bytes.length)
  vi.stubGlobal('fetch', node.answer)
  const paused = new AbortController()
  node.broken = 1
  watch.waiting.mockImplementationOnce(() => paused.abort())
  await expect(send(parcelOf('甲', [{ path: '甲.gpkg', file: file(bytes) }]), watch, paused.signal)).rejects.toThrow()
  expect(node.held.length).toBe(1000)
  await send(parcelOf('甲', [{ path: '甲.gpkg', file: file(bytes) }]), watch, new AbortController().signal)
  expect(node.begun).toBe(1)
  expect(node.held).toEqual(bytes)
  expect(node.digest).toBe(await hexOf(bytes))
})

test('files of a folder travel as one', () => {
  const parcel = parcelOf('330106', [{ path: '矢量/a.shp', file: file(new Uint8Array(3)) }, { path: 'b.txt', file: file(new Uint8Array(4)) }])
  expect(parcel.blob.size).toBe(7)
  expect(parcel.files).toEqual([{ name: '矢量/a.shp', size: 3 }, { name: 'b.txt', size: 4 }])
})
