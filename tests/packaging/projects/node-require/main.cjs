const { readFileSync } = require('node:fs');
const veriquote = require('veriquote');
const { check } = require('./check.js');

check(veriquote, JSON.parse(readFileSync('evidence.json', 'utf8'))).then(console.log);
