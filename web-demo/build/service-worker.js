// The page without a network. The build fills in which files there are, and a digest over all of them.
const FILES = /* FILES */ [];
const SHELL = /* SHELL */ [];
const CACHE = 'veriquote-/* VERSION */';

const scope = new URL('./', self.location.href);
const address = (file) => new URL(file, scope).href;
const known = new Set(FILES.map(address));

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL.map(address))).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('veriquote-') && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  url.hash = '';
  if (request.method !== 'GET' || url.origin !== scope.origin) return;
  if (url.href === scope.href || url.href === address('index.html')) event.respondWith(page(request));
  else if (known.has(url.href)) event.respondWith(file(request, url.href));
});

/** The newest page where there is a network. */
async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(scope.href)) ?? Response.error();
  }
}

async function file(request, href) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(href);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(href, response.clone());
  return response;
}

/** `keep`: everything, samples and all. */
self.addEventListener('message', (event) => {
  if (event.data !== 'keep') return;
  const all = caches.open(CACHE).then(async (cache) => {
    for (const href of known) if (!(await cache.match(href))) await cache.add(href);
  });
  event.waitUntil(all.then(() => event.ports[0]?.postMessage(true), () => event.ports[0]?.postMessage(false)));
});
