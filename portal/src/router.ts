import { createRouter, createWebHistory } from 'vue-router'
import MapPage from '@/pages/MapPage.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'map', component: MapPage, alias: ['/portal/internal', '/portal/gov', '/portal/public'] },
    { path: '/catalog', name: 'catalog', component: () => import('@/pages/CataloguePage.vue') },
    { path: '/catalog/:id', name: 'resource', component: () => import('@/pages/ResourcePage.vue'), props: true },
    { path: '/reviews', name: 'reviews', component: () => import('@/pages/ReviewsPage.vue') },
    { path: '/signin', name: 'signin', component: () => import('@/pages/SignInPage.vue') },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})
