'use strict';

// The callback server that the guide sets up: Express parses the form, the SDK says whether the signature is
// Plivo's, and the report is answered. It keeps nothing and prints nothing but the line that it is ready.

const express = require('express');
const plivo = require('plivo');

const token = process.env.PLIVO_AUTH_TOKEN;
const app = express();
app.use(express.urlencoded({ extended: true }));

app.post('/sms/delivery-report', (req, res) => {
  const url = `${req.protocol}://${req.get('host')}${req.originalUrl}`;
  const signature = req.get('X-Plivo-Signature-V3');
  const nonce = req.get('X-Plivo-Signature-V3-Nonce');
  if (!signature || !nonce || !plivo.validateV3Signature(req.method, url, nonce, token, signature, req.body)) {
    res.status(403).send('the signature does not match');
    return;
  }
  res.status(200).send('OK');
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', listen_url: `http://127.0.0.1:${server.address().port}` }));
});
