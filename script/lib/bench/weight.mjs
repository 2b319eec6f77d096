// weight.mjs URL: prints the compressed size of the wasm and JavaScript that a browser downloads for a page.
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';

const require = createRequire(new URL('../../../end2end/package.json', import.meta.url));
const { chromium } = require('@playwright/test');

const browser = await chromium.launch({
    executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage();
const files = [];
page.on('response', (response) => {
    if (/\.(wasm|js)$/.test(new URL(response.url()).pathname)) {
        files.push(response.body().then(() => response.request().sizes()).then((sizes) => ({
            name: new URL(response.url()).pathname.split('/').pop(),
            bytes: sizes.responseBodySize,
            encoding: response.headers()['content-encoding'] ?? 'none',
        })));
    }
});
await page.goto(process.argv[2], { waitUntil: 'networkidle' });
const downloads = await Promise.all(files);
await browser.close();
const total = downloads.reduce((sum, file) => sum + file.bytes, 0);
console.log(`wasm and JS of the sign-in page  ${(total / 1000).toFixed(0)} KB in all, as downloaded (goal 170 KB): ${
    downloads.map((file) => `${file.name} ${(file.bytes / 1000).toFixed(1)} KB ${file.encoding}`).join(', ')}`);
