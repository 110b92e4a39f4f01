/** Uploads in pieces: whatever breaks the way, the file goes on where the node says it stands. */

import { ProblemError, reach } from './client'
import { Sha256 } from './sha256'

export interface Parcel { name: string; blob: Blob; files: { name: string; size: number }[]; mark: string }
export interface Sent { id: string; offset: number; size: number; complete: boolean }
export interface Watch { progress: (done: number, total: number) => void; waiting: (seconds: number) => void; verifying: () => void }

const PIECE = 4 << 20
const TRIES = 7
const KEPT = 'guotu.uploads'
const VISITOR = 'guotu.visitor'

/** Who uploads without an account: known to the node by a secret of this browser. */
export function visitor(): Record<string, string> {
  let secret = localStorage.getItem(VISITOR)
  if (!secret) {
    secret = [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    localStorage.setItem(VISITOR, secret)
  }
  return { 'X-Guotu-Visitor': secret }
}

const begun = (): Record<string, string> => JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Record<string, string>
const note = (mark: string, id: string | null): void => {
  const { [mark]: _, ...rest } = begun()
  localStorage.setItem(KEPT, JSON.stringify(id ? { ...rest, [mark]: id } : rest))
}

/** A file, or several as a folder of the given name; nothing is read yet. */
export function parcelOf(name: string, files: { path: string; file: File }[]): Parcel {
  const mark = files.map(({ path, file }) => `${path}:${file.size}:${file.lastModified}`).join('|').slice(0, 4000)
  const [only] = files
  if (files.length === 1 && only && !only.path.includes('/')) return { name: only.file.name, blob: only.file, files: [], mark }
  return { name, blob: new Blob(files.map(({ file }) => file)), files: files.map(({ path, file }) => ({ name: path, size: file.size })), mark }
}

async function known(parcel: Parcel): Promise<Sent | null> {
  const id = begun()[parcel.mark]
  if (!id) return null
  try {
    const sent = (await (await reach('GET', `/api/uploads/${id}`, undefined, undefined, visitor())).json()) as Sent
    return sent.size === parcel.blob.size && !sent.complete ? sent : null
  } catch (failure) {
    if (failure instanceof ProblemError && failure.problem.status === 404) return null
    throw failure
  }
}

async function begin(parcel: Parcel): Promise<Sent> {
  const body = { name: parcel.name, size: parcel.blob.size, files: parcel.files }
  const sent = (await (await reach('POST', '/api/uploads', body, undefined, visitor())).json()) as Sent
  note(parcel.mark, sent.id)
  return sent
}

const bytes = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())

async function hashed(blob: Blob, upto: number, digest: Sha256, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < upto; at += PIECE) {
    signal.throwIfAborted()
    digest.update(await bytes(blob.slice(at, Math.min(at + PIECE, upto))))
  }
}

const rest = (seconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const timer = setTimeout(resolve, seconds * 1000)
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(new DOMException('', 'AbortError')) }, { once: true })
  })

/** Failures that another try may mend: the line, a busy node, an upload that stands elsewhere than thought. */
const passing = (failure: unknown): boolean =>
  failure instanceof ProblemError && (failure.problem.status === 0 || failure.problem.status >= 500 || failure.problem.code === 'GT-7005')

async function offsetOf(id: string): Promise<number> {
  return Number((await reach('HEAD', `/api/uploads/${id}`, undefined, undefined, visitor())).headers.get('Upload-Offset'))
}

/** Send all of it; gives the id of the verified upload. Abort to pause: the same parcel goes on later. */
export async function send(parcel: Parcel, watch: Watch, signal: AbortSignal): Promise<string> {
  const { id, offset } = (await known(parcel)) ?? (await begin(parcel))
  const { blob } = parcel
  const digest = new Sha256()
  let at = offset
  let counted = 0
  let failed = 0
  watch.progress(at, blob.size)
  while (at < blob.size) {
    try {
      if (counted !== at) {
        if (counted < at) await hashed(blob.slice(counted, at), at - counted, digest, signal)
        counted = at
      }
      const piece = blob.slice(at, at + PIECE)
      const headers = { ...visitor(), 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(at) }
      const answer = await reach('PATCH', `/api/uploads/${id}`, piece, signal, headers)
      digest.update(await bytes(piece))
      at = counted = Number(answer.headers.get('Upload-Offset'))
      failed = 0
      watch.progress(at, blob.size)
    } catch (failure) {
      if (!passing(failure) || ++failed > TRIES) throw failure
      const seconds = Math.min(2 ** failed, 30)
      watch.waiting(seconds)
      await rest(seconds, signal)
      at = await offsetOf(id).catch(() => at)
      watch.progress(at, blob.size)
    }
  }
  watch.verifying()
  await reach('POST', `/api/uploads/${id}/complete`, { sha256: digest.hex() }, signal, visitor())
  note(parcel.mark, null)
  return id
}

/** The files of a drop, folders walked through; the name of the only folder, or of the first file. */
export async function dropped(items: DataTransferItemList): Promise<{ name: string; files: { path: string; file: File }[] }> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const files: { path: string; file: File }[] = []
  for (const entry of entries) await walk(entry, '', files)
  const [only] = entries
  if (entries.length === 1 && only?.isDirectory)
    return { name: only.name, files: files.map(({ path, file }) => ({ path: path.slice(only.name.length + 1), file })) }
  return { name: stem(files[0]?.file.name ?? ''), files }
}

export const stem = (name: string): string => name.replace(/\.[^.]*$/, '') || name

async function walk(entry: FileSystemEntry, base: string, found: { path: string; file: File }[]): Promise<void> {
  const path = base ? `${base}/${entry.name}` : entry.name
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    found.push({ path, file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (!some.length) return
    for (const one of some) await walk(one, path, found)
  }
}
