// Keeps the shell of the page, so that it opens without a network. The network goes first; answers of the API are
// never kept. All addresses are relative to this file's own, beside which the page is.

const cacheName = 'shell';
const address = path => new URL(path, location).href;
const page = new Request(address('./'), { headers: { Accept: 'text/html' } });
const files = [
  'manifest.webmanifest', 'web/api.js', 'web/app.js', 'web/card.js', 'web/element.js', 'web/icon.svg',
  'web/icon-192.png', 'web/intake.js', 'web/key.js', 'web/library.js', 'web/model.js', 'web/options.js',
  'web/picture.js', 'web/plane.js', 'web/queue.js', 'web/save.js', 'web/songlist.js', 'web/songs.js', 'web/staff.js',
  'web/stream.js', 'web/style.css', 'web/words.js',
].map(address);

addEventListener('install', event => {
  event.waitUntil(caches.open(cacheName).then(cache => cache.addAll([page, ...files])));
});

addEventListener('fetch', event => {
  const { request } = event;
  const url = request.url.split(/[?#]/)[0];
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate' && url === page.url) event.respondWith(fresh(request, page));
  else if (files.includes(url)) event.respondWith(fresh(request, request));
});

/** What the network says, which is kept; what was kept where the network says nothing. */
async function fresh(request, key) {
  const cache = await caches.open(cacheName);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(key, response.clone());
    return response;
  } catch (error) {
    // The page itself varies with Accept, and what is kept under it is always the page.
    const kept = await cache.match(key, { ignoreVary: true });
    if (!kept) throw error;
    return kept;
  }
}
