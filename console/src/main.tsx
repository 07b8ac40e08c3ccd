/** Starts the console. */
import '@mantine/core/styles.css';
import './desk/desk.css';
import './desk/dispatch.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
