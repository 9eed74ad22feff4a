'use strict';

// The webhook handler of the guide: it checks the V2 signature over protocol, host and original URL,
// followed by the nonce.

const crypto = require('node:crypto');

const token = process.env.PLIVO_AUTH_TOKEN;

function same(given, want) {
  const a = Buffer.from(given);
  const b = Buffer.from(want);
  return a.length === b.length && crypto.timingSafeEqual(a, b);
}

module.exports = (req, res) => {
  const signature = req.get('X-Plivo-Signature-V2');
  const nonce = req.get('X-Plivo-Signature-V2-Nonce');
  if (!signature || !nonce) {
    res.status(400).send('no signature');
    return;
  }
  const url = `${req.protocol}://${req.get('host')}${req.originalUrl}`;
  const want = crypto.createHmac('sha256', token).update(url + nonce).digest('base64');
  if (!same(signature, want)) {
    res.status(403).send('the signature does not match');
    return;
  }
  res.status(200).send(`took ${req.body?.MessageUUID ?? 'nothing'}`);
};
