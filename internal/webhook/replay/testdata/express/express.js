'use strict';

// The handler under Express, as the guide sets it up. It needs the package "express", which NODE_PATH
// may name the folder of.

const express = require('express');
const handler = require('./handler.js');

const app = express();
app.set('trust proxy', process.env.TRUST_PROXY === '1');
app.use(express.urlencoded({ extended: true }));
app.use(handler);
const server = app.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
process.stdin.resume().on('end', () => process.exit(0));
