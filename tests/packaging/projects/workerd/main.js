import * as veriquote from 'veriquote';
import { check } from './check.js';
import evidence from './evidence.json';

export default {
  async test() {
    await veriquote.init();
    console.log(await check(veriquote, evidence));
  },
};
