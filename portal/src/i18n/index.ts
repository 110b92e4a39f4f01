import { createI18n } from 'vue-i18n'
import { speak } from '@/api/client'
import { en } from './en'
import { zh } from './zh'

export type Language = 'zh' | 'en'
const KEPT = 'guotu.language'

const kept = localStorage.getItem(KEPT)
const first: Language = kept === 'en' || kept === 'zh' ? kept : 'zh'

export const i18n = createI18n({ legacy: false, locale: first, fallbackLocale: 'zh', messages: { zh, en } })

export function useLanguage(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  speak(language)
}

useLanguage(first)
