import { defineStore } from 'pinia'
import { api } from '@/api/client'
import type { NodeInfo, Operation, SessionState } from '@/api/types'

export const useSession = defineStore('session', {
  state: () => ({ state: null as SessionState | null, node: null as NodeInfo | null }),
  getters: {
    signedIn: (store) => store.state?.signed_in ?? false,
    name: (store) => store.state?.account.name ?? '',
  },
  actions: {
    forget() { if (this.state) this.state = { signed_in: false, csrf: null, account: { id: 'guest', name: '', organisation: '', roles: [], clearance: '公开' }, may: [] } },
    async load() { [this.state, this.node] = await Promise.all([api.session(), api.node()]) },
    async signIn(account: string, password: string) { this.state = await api.signIn(account, password) },
    async signOut() { await api.signOut(); this.state = await api.session() },
    may(operation: Operation) { return this.state?.may.includes(operation) ?? false },
  },
})
