import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const at = (path: string) => new URL(path, import.meta.url).pathname

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': at('./src'), '@fonts': at('../src/guotu/analysis/fonts') } },
  build: { target: 'chrome109', chunkSizeWarningLimit: 800 },
  server: { fs: { allow: ['..'] }, proxy: { '/api': 'http://127.0.0.1:8765' } },
  test: { environment: 'jsdom', include: ['tests/**/*.test.ts'] },
})
