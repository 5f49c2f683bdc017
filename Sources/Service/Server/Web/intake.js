// The ways in for pictures: chosen, photographed, dropped anywhere, pasted.

/** Calls `take` with an array of files whenever somebody brings some. */
export function watchIntake(take) {
  for (const id of ['choose', 'photograph']) {
    const input = document.getElementById(id);
    input.addEventListener('change', () => {
      take([...input.files]);
      input.value = '';  // so that the same picture can be chosen again
    });
  }
  watchDrops(take);
  document.addEventListener('paste', event => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length === 0) return;
    event.preventDefault();
    take(files.map(named));
  });
}

let pasted = 0;

/** Browsers call everything that is pasted image.png. */
function named(file) {
  if (file.name !== 'image.png') return file;
  pasted += 1;
  return new File([file], `pasted-${pasted}.png`, { type: file.type });
}

function watchDrops(take) {
  const veil = document.getElementById('veil');
  const hasFiles = event => event.dataTransfer?.types.includes('Files');
  // Entering a child comes before leaving its parent, so only the count says when the pointer has gone.
  let depth = 0;
  const show = change => {
    depth = change === 0 ? 0 : Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  addEventListener('dragenter', event => { if (hasFiles(event)) show(1); });
  addEventListener('dragleave', event => { if (hasFiles(event)) show(-1); });
  addEventListener('dragover', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  });
  addEventListener('drop', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(0);
    take([...event.dataTransfer.files]);
  });
}
