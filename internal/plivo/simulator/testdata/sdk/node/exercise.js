// The official Node SDK, as npm installs it, against the simulator: run by TestNodeSDK, which drives it by lines of
// standard input and reads lines of JSON. What it gets wrong of the API throws, and ends it with 1.
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const querystring = require('node:querystring');
const readline = require('node:readline');

console.log = () => {}; // the SDK prints what it sends
const tell = (o) => process.stdout.write(JSON.stringify(o) + '\n');

const plivo = require('plivo');
const axios = require(require.resolve('axios', { paths: [require.resolve('plivo')] }));

const { API_URL: apiURL, AUTH_ID: authID, AUTH_TOKEN: token, MAIN_TOKEN: mainToken } = process.env;

// The option url moves messages and Powerpacks. What the SDK counts as voice (applications, numbers, the account)
// goes to a constant, which only the HTTP client below it can move.
const connect = axios.getAdapter('http');
axios.defaults.adapter = (config) => {
  config.url = config.url.replace(/^https:\/\/api\.plivo\.com\//, apiURL + '/');
  assert.ok(config.url.startsWith(apiURL + '/v1/'), 'a request would leave for ' + config.url);
  return connect(config);
};

const clientWith = (withToken) => new plivo.Client(authID, withToken, { url: `${apiURL}/v1/Account/${authID}` });
const client = clientWith(token);

// verdicts are what the SDK's validators say of a callback.
function verdicts(request, url, params) {
  const header = (name) => request.headers['x-plivo-signature-' + name] || '';
  const v2 = (name, key) => plivo.validateSignature(url, header('v2-nonce'), header(name), key);
  const v3 = (name, key, given) =>
    plivo.validateV3Signature(request.method, url, header('v3-nonce'), key, header(name), given);
  // Of a GET the URL has the parameters: given once more, the SDK signs them twice.
  const given = () => (request.method === 'POST' ? { ...params } : {});
  return {
    v2: v2('v2', token), 'ma-v2': v2('ma-v2', mainToken),
    v3: v3('v3', token, given()), 'ma-v3': v3('ma-v3', mainToken, given()),
    'v3-by-another': v3('v3', 'not-' + token, given()),
    'v3-given-params': v3('v3', token, { ...params }),
  };
}

// pathless are the numbers whose messages were sent with a URL without a path.
const pathless = new Set();

function listen(host) {
  return new Promise((resolve, reject) => {
    let base;
    const server = http.createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        const form = request.method === 'POST' ? Buffer.concat(parts).toString() : request.url.split('?')[1] || '';
        const params = querystring.parse(form);
        // Of a URL without a path HTTP makes one with a slash, and Plivo signs what it was given.
        const url = pathless.has(params.To) ? base + request.url.slice(1) : base + request.url;
        let said;
        try {
          said = verdicts(request, url, params);
        } catch (error) {
          said = { error: String(error) };
        }
        tell({ event: 'callback', method: request.method, url, params, verdicts: said });
        response.writeHead(200);
        response.end();
      });
    });
    server.on('error', reject);
    server.listen(0, host, () => {
      const { address, port, family } = server.address();
      base = family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
      resolve(base);
    });
  });
}

// The SDK's errors do not tell their class, but their status.
const refused = (status) => (error) => {
  assert.equal(error.status, status, error.stack);
  return true;
};

async function tour(base) {
  const account = await client.accounts.get();
  assert.match(account.cashCredits, /^\d+\.\d{5}$/); // the SDK leaves the auth id out

  const numbers = await client.numbers.list();
  assert.deepEqual(numbers.map((n) => n.number).sort(), ['14155550100', '14155550101']);
  assert.equal((await client.numbers.get('14155550100')).number, '14155550100');

  const made = await client.applications.create('replies', { messageUrl: base + '/inbound', messageMethod: 'GET' });
  assert.ok(made.appId);
  const app = await client.applications.get(made.appId); // the SDK leaves its message_url out
  assert.equal(app.appName, 'replies');
  assert.equal(app.messageMethod, 'GET');
  assert.ok((await client.applications.list()).some((a) => a.appId === made.appId));
  await client.applications.update(made.appId, { messageUrl: base + '/inbound?by=get&leer=' });
  await client.numbers.update('14155550101', { appId: made.appId });
  assert.match((await client.numbers.get('14155550101')).application, new RegExp(made.appId));
  const spare = await client.applications.create('spare', {});
  await client.applications.delete(spare.appId);
  await assert.rejects(client.applications.get(spare.appId), refused(404));

  const packs = await client.powerpacks.list();
  assert.equal(packs.length, 1);
  const pack = await client.powerpacks.get(packs[0].uuid);
  assert.equal(pack.uuid, packs[0].uuid);

  const sent = await client.messages.create({ src: '+14155550100', dst: '+14155550123<+14155550124<12', text: 'Grüße 🎉' });
  assert.equal(sent.messageUuid.length, 2);
  assert.deepEqual(sent.invalid_number, ['12']);
  const byPack = await client.messages.create({ powerpackUUID: pack.uuid, dst: '+14155550125', text: 'from a pool' });
  const one = await client.messages.get(byPack.messageUuid[0]);
  assert.equal(one.messageUuid, byPack.messageUuid[0]);
  assert.equal(one.toNumber, '14155550125');
  assert.equal(one.powerpackID, pack.uuid);
  assert.equal((await client.messages.get(sent.messageUuid[0])).units, 1);

  const first = await client.messages.list({ limit: 2 });
  assert.equal(first.length, 2);
  assert.equal(first.meta.limit, 2);
  assert.equal(first.meta.previous, null);
  assert.match(first.meta.next, /offset=2/);
  const rest = await client.messages.list({ limit: 2, offset: 2 });
  assert.equal(rest.length, 1);
  assert.equal(rest.meta.next, null);
  const to = await client.messages.list({ to_number: '14155550124' });
  assert.deepEqual(to.map((m) => m.messageUuid), [sent.messageUuid[1]]);

  await assert.rejects(client.messages.get('00000000-0000-4000-8000-000000000000'), refused(404));
  await assert.rejects(client.messages.create('+14155550100', '+14155550100', 'to itself'), refused(400));
  await assert.rejects(clientWith('wrong').messages.get(sent.messageUuid[0]), refused(401));
}

async function main() {
  const base = await listen('127.0.0.1');
  await tour(base);
  const six = await listen('::1').catch(() => '');
  tell({ event: 'ready', base, six });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { dst, url, method } = JSON.parse(line);
    if (url === base) pathless.add(dst.slice(1));
    const sent = await client.messages.create('+14155550100', dst, 'Grüße 🎉', { url, method });
    tell({ event: 'sent', uuids: sent.messageUuid });
  }
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write((error.stack || String(error)) + '\n');
  process.exit(1);
});
