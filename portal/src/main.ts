import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'ol/ol.css'
import '@/styles/fonts.css'
import '@/styles/main.css'
import App from '@/App.vue'
import { i18n } from '@/i18n'
import { router } from '@/router'

createApp(App).use(createPinia()).use(router).use(i18n).mount('#app')
