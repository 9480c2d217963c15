// Begins the page with the data that is in it.
import { render } from 'preact';
import type { PageData } from '../report/html/page-data.ts';
import { App } from './app.tsx';
import { readFleet } from './model.ts';
import 'uplot/dist/uPlot.min.css';
import './page.css';

const place = document.getElementById('page');
const data = document.getElementById('data')?.textContent ?? '';
if (place !== null) render(<App fleet={readFleet(JSON.parse(data) as PageData)} />, place);
