// After signing in again: back to the form with what was typed before.
document.querySelector("[data-resume]").requestSubmit();
