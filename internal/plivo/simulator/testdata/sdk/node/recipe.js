const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const querystring = require('node:querystring');
const readline = require('node:readline');
const { after, before, beforeEach, test } = require('node:test');
const plivo = require('plivo');

const id = 'MATESTTESTTESTTESTTE', token = 'a-token-of-the-test-suite';
let simulator, api, client, app;

// control calls the simulator's control API.
async function control(method, path, body) {
  const answer = await fetch(`${api}/_simulator/${path}`, {
    method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return text ? JSON.parse(text) : undefined;
}

// The app under test: your own, listening on a free port.
function listen() {
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const report = querystring.parse(body), url = server.base + request.url;
    const header = (name) => request.headers['x-plivo-signature-' + name];
    const valid = plivo.validateSignature(url, header('v2-nonce'), header('v2'), token) &&
      plivo.validateV3Signature('POST', url, header('v3-nonce'), token, header('v3'), report);
    server.got.push(`${report.Status} ${report.ErrorCode} ${valid}`);
    response.writeHead(valid ? server.answer : 403).end();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
    server.base = `http://127.0.0.1:${server.address().port}`;
    resolve(server);
  }));
}

before(async () => {
  simulator = spawn('plivoscope', ['simulate', '--addr', '127.0.0.1:0', '--seed', '1',
    '--clock', '2026-03-01T12:00:00Z,stopped', '-o', 'json'], {
    env: { ...process.env, PLIVO_AUTH_ID: id, PLIVO_AUTH_TOKEN: token, PLIVO_MAIN_AUTH_TOKEN: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let why = ''; // it ended, if it did: a wrong flag, a port that is taken
  simulator.stderr.on('data', (part) => { why += part; });
  const ended = once(simulator, 'close').then(([code]) => { throw new Error(`the simulator ended with ${code}: ${why}`); });
  ended.catch(() => {}); // at the end it is meant to
  const [line] = await Promise.race([once(readline.createInterface({ input: simulator.stdout }), 'line'), ended]);
  api = JSON.parse(line).api_url; // the first line is printed when requests are accepted
  client = new plivo.Client(id, token, { url: `${api}/v1/Account/${id}` });
  app = await listen();
});
beforeEach(async () => {
  await control('POST', 'reset', {});
  app.got = [];
  app.answer = 200;
});
after(() => {
  simulator.kill();
  app?.close();
  app?.closeAllConnections();
});

test('a message is delivered', async () => {
  const sent = await client.messages.create('+14155550100', '+14155550123', 'hi', { url: app.base + '/sms' });
  await control('POST', 'clock', { advance: '1s' }); // answers when the callbacks of that second were answered
  assert.deepEqual(app.got, ['queued  true', 'sent  true', 'delivered 000 true']);
  const { message } = await control('POST', 'wait', { message_uuid: sent.messageUuid[0], status: 'delivered', answered: 200 });
  assert.equal(message.callbacks_taken, 3);
});

test('a callback that is not taken comes again', async () => {
  app.answer = 500;
  await client.messages.create('+14155550100', '+15005550030', 'hi', { url: app.base + '/sms' });
  await control('POST', 'clock', { advance: '1s' });
  app.got = [];
  app.answer = 200;
  await control('POST', 'clock', { advance: '60s' }); // Plivo's first retry, in milliseconds
  assert.deepEqual(app.got.sort(), ['queued  true', 'sent  true', 'undelivered 30 true']);
});
