-- Starts Python for one click in Excel for Mac. Written by "qq-excel addin install"; do not edit.
-- What comes from the workbook is only ever passed on in quoted form; the interpreter stands here.

property interpreter : {interpreter}
property allowedActions : {actions}

on QQRun(request)
	set savedDelimiters to AppleScript's text item delimiters
	set AppleScript's text item delimiters to "|"
	set fields to text items of request
	if (count of fields) < 4 then
		set AppleScript's text item delimiters to savedDelimiters
		return "The add-in and its script do not belong together. Run: qq-excel addin update"
	end if
	set bookName to (items 4 thru -1 of fields) as text
	set AppleScript's text item delimiters to savedDelimiters
	set actionId to item 1 of fields
	considering case
		if allowedActions does not contain actionId then return "There is no such button."
	end considering
	try
		do shell script "test -x " & quoted form of interpreter
	on error
		return "Python was not found: " & interpreter
	end try
	set arguments to " -I -B -X utf8 -m qq_excel.addin.click " & quoted form of actionId
	set arguments to arguments & " " & quoted form of (item 2 of fields)
	set arguments to arguments & " " & quoted form of (item 3 of fields)
	set arguments to arguments & " " & quoted form of bookName
	-- in the background: Excel must be free to answer Python
	do shell script quoted form of interpreter & arguments & " >/dev/null 2>&1 &"
	return ""
end QQRun
