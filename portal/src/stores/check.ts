import { defineStore } from 'pinia'
import { ProblemError } from '@/api/client'
import { type Asked, type CheckOptions, type CheckState, checks } from '@/api/checks'
import type { Problem } from '@/api/types'
import { parcelOf, type Parcel, send } from '@/api/uploads'

const POLL = 700
const SLOW = 15_000

export type Stage = 'idle' | 'uploading' | 'paused' | 'checking' | 'done'

let halt: AbortController | null = null

export const useCheck = defineStore('check', {
  state: () => ({
    stage: 'idle' as Stage,
    options: null as CheckOptions | null,
    parcel: null as Parcel | null,
    sent: 0,
    size: 0,
    waiting: 0,
    verifying: false,
    slow: false,
    share: '',
    check: null as CheckState | null,
    mine: null as CheckState[] | null,
    problem: null as Problem | null,
  }),
  actions: {
    async attempt(work: () => Promise<void>) {
      this.problem = null
      try {
        await work()
      } catch (failure) {
        if (failure instanceof DOMException && failure.name === 'AbortError') return
        if (!(failure instanceof ProblemError)) throw failure
        this.problem = failure.problem
      }
    },
    loadOptions() { return this.attempt(async () => { this.options = await checks.options() }) },
    loadMine() { return this.attempt(async () => { this.mine = await checks.mine() }) },
    /** Upload and check; gives the id of the check once it has begun. */
    async take(name: string, files: { path: string; file: File }[]): Promise<string | null> {
      if (!files.length) return null
      this.parcel = parcelOf(name, files)
      return this.upload()
    },
    async upload(): Promise<string | null> {
      const parcel = this.parcel
      if (!parcel) return null
      let begun: string | null = null
      halt = new AbortController()
      const { signal } = halt
      Object.assign(this, { stage: 'uploading', sent: 0, size: parcel.blob.size, waiting: 0, verifying: false, check: null })
      await this.attempt(async () => {
        const id = await send(parcel, {
          progress: (done, total) => { this.sent = done; this.size = total; this.waiting = 0 },
          waiting: (seconds) => { this.waiting = seconds },
          verifying: () => { this.verifying = true },
        }, signal)
        const check = await checks.begin(id)
        Object.assign(this, { check, stage: 'checking' })
        begun = check.id
      })
      if (!begun && this.stage === 'uploading') this.stage = 'paused'
      return begun
    },
    pause() { halt?.abort(); this.stage = 'paused' },
    forget() { halt?.abort(); this.parcel = null; this.problem = null; this.stage = 'idle' },
    /** Look at a check until it has ended. */
    async watch(id: string, share: string, still: () => boolean) {
      const begun = Date.now()
      Object.assign(this, { share, slow: false, stage: this.check?.id === id ? this.stage : 'checking' })
      if (this.check?.id !== id) this.check = null
      await this.attempt(async () => {
        while (still()) {
          this.check = await checks.get(id, share)
          if (!['queued', 'running'].includes(this.check.status)) { this.stage = 'done'; return }
          this.stage = 'checking'
          this.slow = Date.now() - begun > SLOW
          await new Promise((resolve) => setTimeout(resolve, POLL))
        }
      })
    },
    /** Check the same upload again, told more. */
    async again(asked: Asked): Promise<string | null> {
      const upload = this.check?.upload
      let begun: string | null = null
      if (upload) await this.attempt(async () => { begun = (await checks.begin(upload, asked)).id })
      return begun
    },
    async remove(id: string) {
      await this.attempt(async () => {
        await checks.remove(id)
        this.mine = this.mine?.filter((one) => one.id !== id) ?? null
      })
    },
  },
})
