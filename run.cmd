@echo off
rem Jinmen on Windows: set up and start (run.cmd), run the tests (run.cmd test).
where py >nul 2>nul && (py -3 "%~dp0run.py" %*) || (python "%~dp0run.py" %*)
