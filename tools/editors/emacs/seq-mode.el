;;; seq-mode.el --- Seq, a concatenative language  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages

;;; Commentary:

;; A major mode for files of Seq, and the language server "seqvm lsp" for eglot, which is part of Emacs 29.

;;; Code:

(require 'seq-words)

(defgroup seq-language nil
  "Seq, a concatenative language."
  :group 'languages)

(defcustom seq-mode-program "seqvm"
  "The program seqvm."
  :type 'string)

(defvar seq-mode-syntax-table
  (let ((table (make-syntax-table)))
    ;; All characters are parts of words but blanks, quotes and delimiters.
    (dotimes (c 128)
      (when (and (> c ?\s) (/= c 127))
        (modify-syntax-entry c "_" table)))
    (dolist (c (append (number-sequence ?a ?z) (number-sequence ?A ?Z) (number-sequence ?0 ?9)))
      (modify-syntax-entry c "w" table))
    (dolist (entry '((?\( . "()") (?\) . ")(") (?\[ . "(]") (?\] . ")[") (?{ . "(}") (?} . "){")
                     (?: . ".") (?\; . ".") (?, . ".") (?\" . "\"") (?\\ . "\\") (?# . "<") (?\n . ">")))
      (modify-syntax-entry (car entry) (cdr entry) table))
    table))

(defvar seq-mode-font-lock-keywords
  (let* ((name "[^][:space:]\"(){}:;,#[]+")
         (type "\\_<[[:upper:]]\\(?:\\sw\\|\\s_\\)*\\_>"))
    `((,(concat "\\(:\\)[ \t]*\\(" name "\\)[ \t]*(") (1 font-lock-keyword-face) (2 font-lock-function-name-face))
      (,(concat ":[ \t]*" name) . font-lock-constant-face)
      (";" . font-lock-keyword-face)
      (,(concat "\\_<include[ \t]+\\(\\(?:std\\|vm\\|ffi\\):" name "\\)") 1 font-lock-constant-face t)
      (,(concat "\\_<" (regexp-opt seq-booleans) "\\_>") . font-lock-constant-face)
      (,(concat "\\_<" (regexp-opt seq-keywords) "\\_>") . font-lock-keyword-face)
      ("\\_<\\(?:0[xXbB]\\(?:\\sw\\|\\s_\\)*\\|[+-]?\\(?:[0-9]+\\.?[0-9]*\\|\\.[0-9]+\\)\\(?:[eE][+-]?[0-9]+\\)?\\)\\_>"
       . font-lock-constant-face)
      ("\\_<\\.\\.\\(?:\\sw\\|\\s_\\)+" . font-lock-variable-name-face)
      (,type . font-lock-type-face)
      (,(concat "\\_<" (regexp-opt seq-builtins) "\\_>") . font-lock-builtin-face)))
  "What `seq-mode' colours.")

(defun seq-mode--count (regexp from to)
  "How often REGEXP stands in code between FROM and TO."
  (let ((count 0))
    (save-excursion
      (goto-char from)
      (while (re-search-forward regexp to t)
        (unless (save-excursion (nth 8 (syntax-ppss (match-beginning 0))))
          (setq count (1+ count)))))
    count))

(defun seq-mode--depth (line)
  "How many definitions, brackets and matches are open at the place LINE."
  (let ((from (save-excursion
                (goto-char line)
                (if (re-search-backward "^[ \t]*\\(?::[ \t]\\|union\\_>\\)" nil t) (point) line))))
    (max 0 (+ (car (syntax-ppss line))
              (- (seq-mode--count "^[ \t]*:[ \t]" from line) (seq-mode--count ";" from line))
              (- (seq-mode--count "\\_<match\\_>" from line) (seq-mode--count "\\_<end\\_>" from line))))))

(defun seq-mode-indent-line ()
  "Indent a line by what is open in front of it."
  (interactive)
  (let* ((line (line-beginning-position))
         (closes (save-excursion (goto-char line) (looking-at "[ \t]*\\(?:[])};]\\|\\_<end\\_>\\)")))
         (depth (max 0 (- (seq-mode--depth line) (if closes 1 0))))
         (behind (- (current-column) (current-indentation))))
    (unless (nth 3 (syntax-ppss line))
      (indent-line-to (* 2 depth))
      (when (> behind 0)
        (move-to-column (+ (current-indentation) behind))))))

;;;###autoload
(define-derived-mode seq-mode prog-mode "Seq"
  "Major mode for files of Seq."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'seq-mode-indent-line)
  (setq-local imenu-generic-expression '((nil "^[ \t]*:[ \t]+\\([^][:space:]\"(){}:;,#[]+\\)[ \t]*(" 1)))
  (setq-local font-lock-defaults '(seq-mode-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.seq\\'" . seq-mode))
;;;###autoload
(add-to-list 'interpreter-mode-alist '("seqvm" . seq-mode))

(with-eval-after-load 'eglot
  (defvar eglot-server-programs)
  (add-to-list 'eglot-server-programs
               `(seq-mode . (,seq-mode-program "lsp" :initializationOptions (:inlay_hints t)))))

(provide 'seq-mode)
;;; seq-mode.el ends here
