import { createRouter, createWebHistory } from 'vue-router'
import MapPage from '@/pages/MapPage.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'map', component: MapPage, alias: ['/portal/internal', '/portal/gov', '/portal/public'] },
    { path: '/catalog', name: 'catalog', component: () => import('@/pages/CataloguePage.vue'), meta: { title: 'nav.catalog' } },
    { path: '/catalog/:id', name: 'resource', component: () => import('@/pages/ResourcePage.vue'), props: true, meta: { title: 'nav.catalog' } },
    { path: '/reviews', name: 'reviews', component: () => import('@/pages/ReviewsPage.vue'), meta: { title: 'nav.reviews' } },
    { path: '/reviews/:id', name: 'review', component: MapPage, props: (route) => ({ review: String(route.params.id) }), meta: { title: 'review.title' } },
    { path: '/check', name: 'checks', component: () => import('@/pages/CheckPage.vue'), meta: { title: 'check.title' } },
    { path: '/check/:id', name: 'check', component: () => import('@/pages/CheckPage.vue'), props: true, meta: { title: 'check.title' } },
    { path: '/signin', name: 'signin', component: () => import('@/pages/SignInPage.vue'), meta: { title: 'nav.signIn' } },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})
