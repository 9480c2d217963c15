// Begins the page with the data that is in it.
import { type JSX, render } from 'preact';
import { useMemo } from 'preact/hooks';
import type { PageData } from '../report/html/page-data.ts';
import { App } from './app.tsx';
import { useLive } from './live.ts';
import { readFleet } from './model.ts';
import 'uplot/dist/uPlot.min.css';
import './page.css';

function Page({ first }: { readonly first: PageData }): JSX.Element {
  const { data, isSilent } = useLive(first);
  const fleet = useMemo(() => readFleet(data), [data]);
  return <App {...{ fleet, isSilent }} />;
}

const place = document.getElementById('page');
const text = document.getElementById('data')?.textContent ?? '';
if (place !== null) render(<Page first={JSON.parse(text) as PageData} />, place);
