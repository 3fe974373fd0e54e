import "./themes.js";
import "./shortcuts.js";
import "./dialogs.js";
import "./toasts.js";
import "./menus.js";
import "./shell.js";
import "./autosave.js";
import "./print.js";
