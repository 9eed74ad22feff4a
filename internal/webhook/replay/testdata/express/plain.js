'use strict';

// The handler on node:http alone, with what Express gives to it: protocol and original URL as they are
// rebuilt behind a proxy or without one, and a form body of at most 100 kB.

const http = require('node:http');
const querystring = require('node:querystring');
const handler = require('./handler.js');

const trusts = process.env.TRUST_PROXY === '1';
const most = 100 * 1024;

function dress(req, res) {
  const forwarded = trusts && req.headers['x-forwarded-proto'];
  req.protocol = forwarded ? forwarded.split(',')[0].trim() : 'http';
  req.originalUrl = req.url;
  req.get = (name) => req.headers[name.toLowerCase()];
  req.body = {};
  res.status = (code) => {
    res.statusCode = code;
    return res;
  };
  res.send = (text) => res.end(text);
}

function readForm(req, done) {
  const [type] = (req.get('Content-Type') || '').split(';');
  const isForm = type.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  const chunks = [];
  let size = 0;
  req.on('data', (chunk) => {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
  });
  req.on('end', () => {
    if (isForm && size <= most) req.body = querystring.parse(Buffer.concat(chunks).toString());
    done(isForm && size > most);
  });
}

const server = http.createServer((req, res) => {
  dress(req, res);
  readForm(req, (tooLarge) => {
    if (tooLarge) res.status(413).send('the body is too large');
    else handler(req, res);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
process.stdin.resume().on('end', () => process.exit(0));
