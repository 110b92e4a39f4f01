import { defineStore } from 'pinia'
import { api, ProblemError } from '@/api/client'
import type { MultiPolygon, Polygon } from '@/api/geojson'
import type { Boundary, Problem, Review } from '@/api/types'

type Step = 'boundary' | 'preview' | 'result'

export const useReview = defineStore('review', {
  state: () => ({
    step: 'boundary' as Step,
    busy: false,
    problem: null as Problem | null,
    file: null as File | null,
    boundary: null as Boundary | null,
    result: null as Review | null,
    kind: 'general',
    use: '',
    drawing: false,
    focus: null as { check: string; hit: number | null } | null,
  }),
  actions: {
    async attempt(work: () => Promise<void>) {
      this.busy = true
      this.problem = null
      try {
        await work()
      } catch (failure) {
        if (!(failure instanceof ProblemError)) throw failure
        this.problem = failure.problem
      } finally {
        this.busy = false
      }
    },
    readFile(file: File, epsg: number | null = null) {
      this.file = file
      return this.attempt(async () => this.preview(await api.boundaryFile(file, epsg)))
    },
    readDrawn(name: string, geometry: Polygon | MultiPolygon) {
      return this.attempt(async () => this.preview(await api.boundaryDrawn(name, geometry)))
    },
    run(at: string | null) {
      const boundary = this.boundary
      if (!boundary) return Promise.resolve()
      return this.attempt(async () => {
        this.result = await api.review({ boundary: boundary.id, kind: this.kind, use: this.use, at })
        this.step = 'result'
      })
    },
    open(id: string) {
      return this.attempt(async () => {
        const result = await api.reviewOf(id)
        const boundary = await api.boundary(result.boundary)
        Object.assign(this, { boundary, result, step: 'result', focus: null })
      })
    },
    /** Say again, in the present language, what the node said. */
    reword() {
      const { boundary, result } = this
      if (!boundary) return Promise.resolve()
      return this.attempt(async () => {
        const said = await api.boundary(boundary.id)
        if (result) this.result = await api.reviewOf(result.id)
        this.boundary = said
      })
    },
    preview(boundary: Boundary) { Object.assign(this, { boundary, step: 'preview', result: null, focus: null }) },
    restart() { this.$reset() },
  },
})
