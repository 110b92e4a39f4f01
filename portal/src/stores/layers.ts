import { defineStore } from 'pinia'
import { api } from '@/api/client'
import type { Imagery, LayerInfo, LayerTree, Moment, RemoteLayer, RemoteService } from '@/api/types'

interface Shown { visible: boolean; opacity: number }

export const useLayers = defineStore('layers', {
  state: () => ({
    at: null as string | null,
    moments: [] as Moment[],
    tree: null as LayerTree | null,
    shown: {} as Record<string, Shown>,
    /** Per dataset, the entries of its legend that the map has drawn. */
    met: {} as Record<string, number[]>,
    failure: null as unknown,
  }),
  getters: {
    all: (store): LayerInfo[] => store.tree?.groups.flatMap((group) => group.layers) ?? [],
    imagery: (store): Imagery[] => store.tree?.imagery ?? [],
    services: (store): RemoteService[] => store.tree?.services ?? [],
    remote: (store): RemoteLayer[] => store.tree?.services.flatMap((service) => service.layers) ?? [],
  },
  actions: {
    async load(at: string | null) {
      this.failure = null
      try {
        const [tree, moments] = await Promise.all([api.layers(at), this.moments.length ? this.moments : api.moments()])
        for (const layer of tree.groups.flatMap((group) => group.layers))
          this.shown[layer.dataset] ??= { visible: layer.visible, opacity: 1 }
        for (const picture of [...tree.imagery, ...tree.services.flatMap((service) => service.layers)]) this.shown[picture.id] ??= { visible: false, opacity: 1 }
        Object.assign(this, { at, tree, moments })
      } catch (failure) {
        this.failure = failure
      }
    },
    reset() { this.moments = []; this.shown = {} },
  },
})
