import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import SearchBox from '@/components/SearchBox.vue'
import { i18n } from '@/i18n'
import { router } from '@/router'

vi.mock('@/pages/MapPage.vue', () => ({ default: { template: '<div />' } }))
afterEach(() => { vi.restoreAllMocks(); vi.useRealTimers() })

const place = { title: '平坪镇', kind: '行政区', dataset: 'xz.xzq', fid: 'f', lon: 118.5, lat: 30.9, extent: [118, 30, 119, 31] as [number, number, number, number] }

describe('the one search box', () => {
  it('lists by kind and goes where Enter says', async () => {
    vi.useFakeTimers()
    vi.spyOn(api, 'search').mockResolvedValue({
      coordinate: { lon: 118.45, lat: 30.9, evidence: '117°E' }, places: [place], features: [], resources: [{ id: 'gh.yjjbntb', title: '永久基本农田', kind: 'vector' }],
    })
    const box = mount(SearchBox, { global: { plugins: [i18n, router] } })
    await box.find('input').setValue('镇')
    await vi.advanceTimersByTimeAsync(250)
    await flushPromises()
    expect(box.findAll('[role=option]').map((option) => option.text())).toEqual(['坐标118.450000, 30.900000117°E', '地名平坪镇行政区', '资源永久基本农田矢量'])
    await box.find('input').trigger('keydown', { key: 'ArrowDown' })
    await box.find('input').trigger('keydown', { key: 'ArrowDown' })
    expect(box.find('input').attributes('aria-activedescendant')).toBe('found-1')
    await box.find('input').trigger('keydown', { key: 'Enter' })
    expect(box.emitted('place')?.[0]?.[0]).toMatchObject({ title: '平坪镇', lon: 118.5 })
  })
  it('asks once for what is typed quickly, and not for nothing', async () => {
    vi.useFakeTimers()
    const asked = vi.spyOn(api, 'search').mockResolvedValue({ coordinate: null, places: [], features: [], resources: [] })
    const box = mount(SearchBox, { global: { plugins: [i18n, router] } })
    for (const words of ['青', '青禾', '青禾县', '   ']) await box.find('input').setValue(words)
    await vi.advanceTimersByTimeAsync(250)
    expect(asked).not.toHaveBeenCalled()
    await box.find('input').setValue('青禾')
    await vi.advanceTimersByTimeAsync(250)
    await flushPromises()
    expect(asked).toHaveBeenCalledTimes(1)
    expect(box.text()).toContain('没有结果')
  })
})
